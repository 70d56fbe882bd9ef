import { z } from 'zod';
import { variableOf } from './environment/variable-name.js';
import { isFreeForm, textKindOf } from './environment/variable-tree.js';
import { notesOf } from './option-fields.js';
import { unwrap } from './option-problems.js';
import { optionSchema } from './option-schema.js';
import { circuitBreakerSchema } from './task-schema.js';

/** One row of the table of options. */
export interface OptionDefault {
  /** Dotted; `[]` stands for each entry of a list. */
  readonly path: string;
  readonly type: string;
  /** As it is written in the docs: a value, or what holds where there is none. */
  readonly default: string;
  readonly description: string;
  /** The environment variable; undefined where only code can give it. */
  readonly variable?: string | undefined;
}

/**
 * Every option of `TasksModule.forRoot()`, in order, read from the schema that checks them. The docs' table is held equal
 * to it by a test.
 */
export const OPTION_DEFAULTS: readonly OptionDefault[] = rowsOf(optionSchema, '');

/** Likewise what `circuitBreaker` of `@Task()` takes: a task alone can have one. */
export const CIRCUIT_BREAKER_DEFAULTS: readonly OptionDefault[] = rowsOf(
  circuitBreakerSchema,
  'circuitBreaker.',
);

function rowsOf(schema: z.ZodType, prefix: string): OptionDefault[] {
  const object = unwrap(schema);
  if (!(object instanceof z.ZodObject)) return [];
  return Object.entries(object.shape).flatMap(([key, value]) => fieldRows(value as z.ZodType, prefix + key));
}

function fieldRows(field: z.ZodType, path: string): OptionDefault[] {
  const { type, description, otherwise } = notesOf(field);
  const inner = unwrap(field);
  const below =
    inner instanceof z.ZodArray
      ? rowsOf(inner.element as z.ZodType, `${path}[].`)
      : inner instanceof z.ZodRecord
        ? rowsOf(inner.valueType as z.ZodType, `${path}.*.`)
        : rowsOf(inner, `${path}.`);
  if (type === undefined || description === undefined) return below;
  const isVariable = textKindOf(type) !== undefined || isFreeForm(path);
  const row = { path, type, default: otherwise ?? defaultText(field), description };
  return [isVariable ? { ...row, variable: variableOf(path) } : row, ...below];
}

function defaultText(field: z.ZodType): string {
  const value: unknown =
    field instanceof z.ZodDefault || field instanceof z.ZodPrefault ? field.def.defaultValue : undefined;
  if (Array.isArray(value)) return 'none';
  if (typeof value !== 'object' || value === null) return String(value);
  if ('encode' in value) return 'JSON';
  return 'now' in value ? "the machine's" : 'none';
}
