import { z } from 'zod';
import type { ValidationIssue } from '../errors/index.js';
import { didYouMean } from './nearest-name.js';

/** Checks a value against a schema. Gives what it resolves to, or every problem with its dotted path. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { readonly data?: z.output<S>; readonly problems: readonly ValidationIssue[] } {
  const outcome = schema.safeParse(value);
  return outcome.success
    ? { data: outcome.data, problems: [] }
    : { problems: outcome.error.issues.flatMap((issue) => toProblems(issue, schema)) };
}

function toProblems(issue: z.core.$ZodIssue, schema: z.ZodType): ValidationIssue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.join('.'), message: plainWords(issue) }];
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => ({
    path: [...issue.path, key].join('.'),
    message: `is not an option.${didYouMean(key, known)}`,
  }));
}

/** What the schema says itself, or what is wrong in words that need no knowledge of the library behind it. */
function plainWords(issue: z.core.$ZodIssue): string {
  // The name of an entry, not the entry.
  if (issue.code === 'invalid_key') return `as a name ${issue.issues[0]?.message ?? 'cannot be used'}`;
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`;
  if (issue.code === 'invalid_type') return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
  return issue.message;
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object; leave it out for its defaults',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
  int: 'a whole number',
};

/** The keys that the object at the path may have. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.ZodType | undefined = unwrap(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = unwrap(at.shape[String(step)] as z.ZodType);
    else if (at instanceof z.ZodArray) at = unwrap(at.element as z.ZodType);
    else if (at instanceof z.ZodRecord) at = unwrap(at.valueType as z.ZodType);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The schema inside its defaults and transforms. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodPipe)
      inner = (inner.in instanceof z.ZodTransform ? inner.out : inner.in) as z.ZodType;
    else if (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault
    )
      inner = inner.unwrap() as z.ZodType;
    else return inner;
  }
}
