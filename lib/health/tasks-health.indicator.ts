import type { TaskHealth } from './task-health.js';
import type { TasksHealth } from './tasks-health.js';

/** What an indicator of Terminus 12 gives: its `HealthIndicatorResult`, with the health of tasks in it. */
export type TasksIndicatorResult<K extends string> = Record<
  K,
  Omit<TaskHealth, 'status'> & Pick<TaskHealth, 'status'>
>;

/**
 * For a health check of `@nestjs/terminus` 12: `up`, `degraded` (the check passes, and says so) or `down`. It needs nothing of that package, so it
 * works without it, too.
 *
 * @example
 * this.health.check([() => this.tasks.isHealthy('tasks')]);
 */
export class TasksHealthIndicator {
  constructor(private readonly health: TasksHealth) {}

  /** @param key Under which it stands in the result. Default `tasks`. */
  async isHealthy<const K extends string = 'tasks'>(key: K = 'tasks' as K): Promise<TasksIndicatorResult<K>> {
    return { [key]: await this.health.check() } as TasksIndicatorResult<K>;
  }
}
