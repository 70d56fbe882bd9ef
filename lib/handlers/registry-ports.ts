import type { ResolvedTaskOptions } from '../config/index.js';
import type { HandlerClass } from '../decorators/index.js';

/** What the enqueue side has to know of a task. */
export interface TaskDefinition extends ResolvedTaskOptions {
  readonly method?: string | undefined;
  readonly classes: readonly HandlerClass[];
}

/** Where the enqueue side learns of tasks; the queue room's `TaskCatalogue` is one. */
export interface TaskDefinitions {
  define(task: TaskDefinition): void;
  forget(name: string): void;
}

/** Throws `UnknownQueueError` for a queue that the app does not declare; the queue room's `QueueRegistry` is one. */
export interface DeclaredQueues {
  get(name: string): unknown;
}
