import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TaskSchema } from '../contract/index.js';

/** What a schema says of a payload: its output, or what is wrong. */
export type SchemaResult = StandardSchemaV1.Result<unknown>;

/**
 * Applies a schema once.
 *
 * @param enter Called with what the schema says: at once for a synchronous schema, without the hop of a promise.
 * @returns what `enter` returns, or a promise of it where the schema is asynchronous
 * @throws what the schema or `enter` throws; rejects with it where the schema is asynchronous
 */
export function applySchema<T>(
  schema: TaskSchema,
  payload: unknown,
  enter: (result: SchemaResult) => T,
): T | Promise<T> {
  const result = schema['~standard'].validate(payload);
  return isThenable(result) ? Promise.resolve(result).then(enter) : enter(result);
}

function isThenable(result: SchemaResult | PromiseLike<SchemaResult>): result is PromiseLike<SchemaResult> {
  return typeof (result as { then?: unknown }).then === 'function';
}
