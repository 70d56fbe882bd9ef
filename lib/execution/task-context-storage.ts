import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskContext } from '../contract/index.js';

/**
 * Carries the context of the running job to whatever its handler calls. Off until somebody asks for it: a job pays
 * 0.5 to 1.3 µs for an `AsyncLocalStorage.run`, which most apps never use.
 */
export class TaskContextStorage {
  private readonly storage = new AsyncLocalStorage<TaskContext>();
  private on = false;

  get enabled(): boolean {
    return this.on;
  }

  /** From the next run on, for the life of the application. */
  enable(): void {
    this.on = true;
  }

  run<T>(ctx: TaskContext, body: () => T): T {
    return this.storage.run(ctx, body);
  }

  get(): TaskContext | undefined {
    return this.storage.getStore();
  }
}
