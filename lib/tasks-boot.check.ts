import { type ResolvedOptions, runsJobs, type UnknownTask, unknownTasks } from './config/index.js';
import { InvalidOptionError } from './errors/index.js';
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

  /** @throws InvalidOptionError for options of tasks that are not there */
  run(): void {
    const names = this.handlers.names();
    this.judge(unknownTasks(this.options.tasks, names));
    if (this.options.role === 'worker' && runsJobs(this.options) && names.length === 0) {
      this.logger.warn(
        "role: this process is a 'worker', and no module of it provides a class with @Task methods: it has nothing to run.",
      );
    }
  }

  /**
   * A process that makes jobs of unknown tasks dead letters claims to know all tasks there are. One that gives such jobs back,
   * and one that only enqueues, may share its configuration with others: there a name that is nearly right is worth a word.
   */
  private judge(unknown: readonly UnknownTask[]): void {
    const { strict, worker } = this.options;
    const isAll = runsJobs(this.options) && worker.unknownTask === 'fail';
    const told = runsJobs(this.options) ? unknown : unknown.filter(({ isNear }) => isNear);
    if (told.length === 0 || !this.options.enabled) return;
    if (isAll || strict) throw new InvalidOptionError(told);
    for (const { path, message } of told) this.logger.warn(`${path}: ${message}`);
  }
}
