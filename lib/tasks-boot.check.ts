import type { ResolvedOptions } from './config/index.js';
import { runsJobs } from './config/index.js';
import type { HandlerRegistry } from './handlers/index.js';

/**
 * What can be said of an app's tasks only when all of it has started: functions are registered in hooks, too.
 */
export class BootCheck {
  constructor(
    private readonly options: ResolvedOptions,
    private readonly handlers: Pick<HandlerRegistry, 'names'>,
    private readonly logger: { warn(message: string): void },
  ) {}

  run(): void {
    if (this.options.role === 'worker' && runsJobs(this.options) && this.handlers.names().length === 0) {
      this.logger.warn(
        "role: this process is a 'worker', and no module of it provides a class with @Task methods: it has nothing to run.",
      );
    }
  }
}
