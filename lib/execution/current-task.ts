import type { TaskContext } from '../contract/index.js';
import { TaskError } from '../errors/index.js';
import type { TaskContextStorage } from './task-context-storage.js';

/**
 * The context of the job that is running, wherever its handler's calls lead. Inject it; injecting switches the carrying on.
 *
 * @example
 * @Injectable()
 * class Mailer {
 *   constructor(private readonly current: CurrentTask) {}
 *   send(mail: Mail) {
 *     return this.smtp.send(mail, { signal: this.current.context?.signal });
 *   }
 * }
 */
export class CurrentTask {
  constructor(private readonly storage: TaskContextStorage) {}

  /** undefined outside of a job. */
  get context(): TaskContext | undefined {
    return this.storage.get();
  }

  /** @throws TaskError `TASKS_NOT_FOUND` outside of a job */
  require(): TaskContext {
    const ctx = this.storage.get();
    if (ctx === undefined) throw new TaskError('TASKS_NOT_FOUND', 'No job is running here.');
    return ctx;
  }
}
