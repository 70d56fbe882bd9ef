import type { TaskSchema } from '../contract/index.js';
import { isInstance, issueList, TaskError, TaskValidationError } from '../errors/index.js';
import { applySchema, type SchemaResult } from './apply-schema.js';
import { issuesOf } from './schema-issues.js';

/**
 * Applies a task's schema to a payload that a caller gives.
 *
 * @returns the schema's output, or a promise of it where the schema is asynchronous
 * @throws TaskValidationError when the payload breaks the schema, and when the schema itself throws; rejects with it where
 * the schema is asynchronous
 */
export function checkPayload(task: string, schema: TaskSchema, payload: unknown): unknown {
  const enter = (result: SchemaResult): unknown => outputOf(task, result, payload);
  let output: unknown;
  try {
    output = applySchema(schema, payload, enter);
  } catch (error) {
    throw refusal(task, error);
  }
  if (!(output instanceof Promise)) return output;
  return output.catch((error: unknown) => {
    throw refusal(task, error);
  });
}

function outputOf(task: string, result: SchemaResult, payload: unknown): unknown {
  if (!result.issues) return result.value;
  const issues = issuesOf(result.issues, payload);
  throw new TaskValidationError(`The payload breaks the schema of task "${task}": ${issueList(issues)}`, {
    issues,
  });
}

/** A schema that throws has not said that the payload is good. */
function refusal(task: string, error: unknown): TaskError {
  if (isInstance(error, TaskError)) return error;
  return new TaskValidationError(
    `The schema of task "${task}" threw instead of saying whether the payload is good.`,
    {
      cause: error,
      remedy: 'See the cause. A schema is to return its issues. Nothing was enqueued.',
    },
  );
}
