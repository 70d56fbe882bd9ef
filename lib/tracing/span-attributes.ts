import type { TaskJob } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import { type Attributes, type Span, STATUS_ERROR } from './otel-api.js';

/** What an operation does, by the list of the conventions. */
export type Operation = 'create' | 'send' | 'receive' | 'process';

/**
 * Attributes by the semantic conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). What is ours alone begins
 * with `tasks.`.
 */
export function attributesOf(operation: Operation, queue: string, more: Attributes = {}): Attributes {
  return {
    'messaging.system': 'nestjs-tasks',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': queue,
    ...more,
  };
}

export const attributesOfRun = (
  { id, name, queue, attempt, priority }: TaskJob,
  worker: string,
): Attributes =>
  attributesOf('process', queue, {
    'messaging.message.id': id,
    'messaging.client.id': worker,
    'tasks.task.name': name,
    'tasks.job.attempt': attempt,
    'tasks.job.priority': priority,
  });

/** Ends a span with what went wrong. */
export function endWithError(span: Span, error: unknown): void {
  noteError(span, error);
  span.end();
}

/** Leaves with a span what went wrong. */
export function noteError(span: Span, error: unknown): void {
  const { name, message, stack, code } = toErrorRecord(error);
  span.setAttributes({ 'error.type': code ?? name });
  span.recordException(
    Object.assign(new Error(message), { name, ...(stack === undefined ? {} : { stack }) }),
  );
  span.setStatus({ code: STATUS_ERROR, message });
}
