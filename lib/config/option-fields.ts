import { z } from 'zod';
import type { Duration } from '../contract/index.js';
import { isInstance, TaskError } from '../errors/index.js';
import { toMs } from './durations.js';
import { isName } from './names.js';

/** What the docs table says of one option. */
export type FieldNotes = {
  readonly type: string;
  readonly description: string;
  /** Where there is no default value: what holds then. */
  readonly otherwise?: string;
};

/** The notes that a schema of this file carries. */
export function notesOf(schema: z.ZodType): Partial<FieldNotes> {
  return (schema.meta() ?? {}) as Partial<FieldNotes>;
}

const note = (type: string, description: string, otherwise?: string): FieldNotes =>
  otherwise === undefined ? { type, description } : { type, description, otherwise };

/** A duration as milliseconds, not shorter than `least`. */
export const duration = (least: Duration = 0) =>
  z.unknown().transform((value, context): number => {
    if (value === undefined) {
      context.addIssue({ code: 'custom', message: 'is missing: give a duration such as 30s or 1m' });
      return z.NEVER;
    }
    try {
      const ms = toMs(value as Duration);
      if (ms >= toMs(least)) return ms;
      context.addIssue({ code: 'custom', message: `must be at least ${least}` });
    } catch (error) {
      if (!isInstance(error, TaskError)) throw error;
      context.addIssue({ code: 'custom', message: error.message.replace(/^Duration: /u, '') });
    }
    return z.NEVER;
  });

export const durationOption = (description: string, fallback: Duration, least?: Duration) =>
  duration(least).prefault(fallback).meta(note('duration', description));

export const optionalDuration = (description: string, otherwise: string, least?: Duration) =>
  duration(least)
    .optional()
    .meta(note('duration', description, otherwise));

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  const error = `must be a whole number, ${range}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

export const wholeOption = (description: string, fallback: number, least: number, most?: number) =>
  whole(least, most).default(fallback).meta(note('number', description));

export const optionalWhole = (description: string, otherwise: string, least: number, most?: number) =>
  whole(least, most)
    .optional()
    .meta(note('number', description, otherwise));

export const flagOption = (description: string, fallback: boolean) =>
  z.boolean({ error: 'must be true or false' }).default(fallback).meta(note('boolean', description));

export const optionalFlag = (description: string, otherwise: string) =>
  z
    .boolean({ error: 'must be true or false' })
    .optional()
    .meta(note('boolean', description, otherwise));

export const choiceOption = <const T extends string>(
  description: string,
  fallback: NoInfer<T>,
  choices: readonly [T, ...T[]],
) =>
  z
    .enum(choices, { error: `must be ${choices.map((choice) => `'${choice}'`).join(' or ')}` })
    .default(fallback as never)
    .meta(note(choices.map((choice) => `'${choice}'`).join(' | '), description));

export const name = () =>
  z.custom<string>(isName, {
    error: 'must be 1 to 128 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit',
  });

export const nameOption = (description: string, otherwise: string) =>
  name()
    .optional()
    .meta(note('string', description, otherwise));

export const text = () => z.string({ error: 'must be a text' }).min(1, { error: 'must not be empty' });

export const textOption = (description: string, otherwise: string) =>
  text()
    .optional()
    .meta(note('string', description, otherwise));

/** A schema of whatever library, by the mark that https://standardschema.dev asks for; some are functions. */
export const isStandardSchema = (value: unknown): boolean => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return hasMethods((value as Record<string, unknown>)['~standard'], 'validate');
};

/** A value of the user's own kind, kept as it is. */
export const own = <T>(fits: (value: unknown) => boolean, error: string) => z.custom<T>(fits, { error });

export const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Whether the value is an object with these methods. */
export const hasMethods = (value: unknown, ...methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
