import type { TaskMiddleware, TaskMiddlewareType } from '../contract/index.js';

/** Where the executor gets middleware from: one instance of each, made before the first job. */
export interface MiddlewareSource {
  /** Around every job, outermost first, inside the built-in ones. */
  global(): readonly TaskMiddleware[];
  /** Around the jobs of one queue, inside the global ones. */
  forQueue(queue: string): readonly TaskMiddleware[];
  /** The instance of a class that a task names. */
  resolve(type: TaskMiddlewareType): TaskMiddleware;
}

/** No middleware of the app's own. */
export const noMiddleware: MiddlewareSource = {
  global: () => [],
  forQueue: () => [],
  resolve: (type) => {
    throw new Error(`No middleware source knows ${type.name}.`);
  },
};
