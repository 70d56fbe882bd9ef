import { TaskRegistrationError } from '../errors/index.js';
import { locating, type ProviderSite, type ProviderSites, scopeProblem } from '../handlers/index.js';
import type { TaskMetadataAccessor } from '../decorators/index.js';
import type { BackgroundTaskManager } from './background-task-manager.js';
import { CONTROL, ScheduledWorker } from './scheduled-worker.js';

/** The scheduled workers of an app, found among its providers, and the homes of its `@Background()` methods. */
export class ScheduledWorkers {
  private readonly workers: ScheduledWorker[] = [];

  constructor(
    private readonly sites: ProviderSites,
    private readonly manager: BackgroundTaskManager,
    private readonly accessor: TaskMetadataAccessor,
  ) {}

  /**
   * To be called once, when every provider has its instance.
   * @throws TaskRegistrationError for a scoped worker, and for a method that is a task and background work at once;
   * InvalidOptionError for settings that make no sense
   */
  explore(): void {
    for (const site of this.sites.all()) {
      if ((site.instance as unknown) instanceof ScheduledWorker) this.add(site);
    }
    const found = this.sites.find(
      (prototype, name) => this.read(prototype, name),
      (prototype) => this.accessor.hasAny(prototype, ['background']),
    );
    for (const { site, method, metadata } of found) {
      const where = `${site.type.name}.${method}`;
      if (metadata.isTask) {
        throw new TaskRegistrationError(
          `${where} has @Task() and @Background(): its jobs are tracked already. Take one of the two away.`,
        );
      }
      // What a factory made has had nothing injected. A scoped provider is injected when it is made.
      if (scopeProblem(site) === undefined) locating(where, () => this.manager.adopt(site.instance));
    }
  }

  /** Starts those that start with the application. */
  start(): void {
    for (const worker of this.workers) if (worker[CONTROL].plan().autoStart) worker.start();
  }

  /** Stops all, together. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  private add(site: ProviderSite): void {
    const { name } = site.type;
    const problem = scopeProblem(site);
    if (problem !== undefined) {
      throw new TaskRegistrationError(
        `${name} is a ScheduledWorker, but ${problem}: nobody could stop what is made anew each time. Make it a singleton.`,
      );
    }
    const worker = site.instance as unknown as ScheduledWorker;
    worker[CONTROL].plan();
    this.manager.adopt(worker);
    this.workers.push(worker);
  }

  private read(prototype: object, method: string): { isTask: boolean } | undefined {
    if (!this.accessor.isBackground(prototype, method)) return undefined;
    return { isTask: this.accessor.findTask(prototype, method) !== undefined };
  }
}
