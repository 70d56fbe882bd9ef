import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ValidationIssue } from '../errors/index.js';
import { withoutValues } from './without-values.js';

/** Issues that are kept, and characters of a message and of a key in a path. */
const KEPT = 100;
const MESSAGE_CAP = 300;
const KEY_CAP = 80;

type SchemaIssue = StandardSchemaV1.Issue;

/**
 * What a schema says is wrong, as this package tells it: with dotted paths, and without the values of the payload, which
 * some libraries print in their messages. At most a hundred issues, each cut to a readable length.
 *
 * @param payload What the schema was applied to.
 */
export function issuesOf(issues: readonly SchemaIssue[], payload: unknown): ValidationIssue[] {
  return issues.slice(0, KEPT).map(({ path = [], message }) => {
    const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
    return {
      path: keys.map(nameOf).join('.'),
      message: cut(withoutValues(String(message), valueAt(payload, keys)), MESSAGE_CAP),
    };
  });
}

/** The innermost value of the path that is there. */
function valueAt(payload: unknown, keys: readonly PropertyKey[]): unknown {
  let value = payload;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A key can be the caller's too: it must neither flood a message nor steer a terminal. */
function nameOf(key: PropertyKey): string {
  const name = String(key);
  return cut(/^[\w$ -]*$/u.test(name) ? name : JSON.stringify(name), KEY_CAP);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
