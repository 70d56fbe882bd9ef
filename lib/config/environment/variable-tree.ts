import { z } from 'zod';
import { notesOf } from '../option-fields.js';
import { unwrap } from '../option-problems.js';
import type { TextKind } from './read-text.js';
import { toSegment } from './variable-name.js';

/** What a variable can name, from the schema that checks the options. */
export interface VariableNode {
  /** How its text is read, when it is a value. */
  readonly kind?: TextKind | undefined;
  /** What is below it, by segment. */
  readonly children: ReadonlyMap<string, { readonly key: string; readonly node: VariableNode }>;
  /** What is below it by any name: an entry of a list or of a record. */
  readonly entry?: VariableNode | undefined;
  /** Anything is below it: what is a backend's own. */
  readonly isFree?: boolean | undefined;
}

const KINDS: Readonly<Record<string, TextKind>> = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  'boolean | object': 'boolean',
  duration: 'duration',
  'string[]': 'list',
};

/** How the text of a variable for an option of this type is read; undefined when only code can give it. */
export function textKindOf(type: string | undefined): TextKind | undefined {
  if (type === undefined) return undefined;
  return type.startsWith("'") ? 'text' : KINDS[type];
}

/** Whether the option is an object that is a backend's own, of which this package knows no fields. */
export const isFreeForm = (path: string): boolean => /(?:^backend|^backends\[\])\.options$/u.test(path);

export function variableTree(schema: z.ZodType, path = ''): VariableNode {
  const kind = textKindOf(notesOf(schema).type);
  if (isFreeForm(path)) return { kind: 'any', children: new Map(), isFree: true };
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    const fields = Object.entries(inner.shape as Record<string, z.ZodType>).map(
      ([key, field]) =>
        [toSegment(key), { key, node: variableTree(field, path === '' ? key : `${path}.${key}`) }] as const,
    );
    return { kind, children: new Map(fields.filter(([, { node }]) => isSettable(node))) };
  }
  const entry = entryOf(inner);
  const below = entry === undefined ? undefined : variableTree(entry, `${path}[]`);
  return below === undefined || !isSettable(below) || kind !== undefined
    ? { kind, children: new Map() }
    : { kind, children: new Map(), entry: below };
}

function entryOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}

const isSettable = ({ kind, children, entry }: VariableNode): boolean =>
  kind !== undefined || children.size > 0 || entry !== undefined;
