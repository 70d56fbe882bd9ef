import type { TaskCatalogue } from '../queue/index.js';

/** Where the enqueue side learns of tasks. */
export type TaskDefinitions = Pick<TaskCatalogue, 'define' | 'forget'>;

/** Throws `UnknownQueueError` for a queue that the app does not declare; `QueueRegistry` is one. */
export interface DeclaredQueues {
  get(name: string): { readonly name: string };
}
