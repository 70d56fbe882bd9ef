import { type ResolvedOptions, runsJobs, type UnknownTask, unknownTasks } from '../config/index.js';
import { InvalidOptionError, TaskRegistrationError } from '../errors/index.js';
import type { TaskEvents } from '../events/index.js';
import type { FoundFeature, HandlerRegistry, InjectedTokens, ListenerExplorer } from '../handlers/index.js';
import type { QueueSide } from '../queue/index.js';
import { idleHandlers } from './feature-check.js';
import { checkClients } from './client-check.js';
import { deafListeners, type DeafListener, filterDoubts } from './listener-check.js';

export interface BootCheckParts {
  readonly options: ResolvedOptions;
  readonly handlers: Pick<HandlerRegistry, 'names'>;
  readonly listeners: Pick<ListenerExplorer, 'listenedTasks'>;
  readonly events: Pick<TaskEvents, 'judge'>;
  readonly injected: InjectedTokens;
  readonly side: Pick<QueueSide, 'catalogue' | 'clients' | 'queues'>;
  readonly features: readonly FoundFeature[];
  readonly logger: { warn(message: string): void };
}

/**
 * What can be said of an app's tasks only when all of it has started: functions are registered in hooks, too.
 */
export class BootCheck {
  private readonly options: ResolvedOptions;

  constructor(private readonly parts: BootCheckParts) {
    this.options = parts.options;
  }

  /**
   * @throws InvalidOptionError for options of tasks that are not there; TaskRegistrationError for listeners that wait for such
   * tasks, and for clients of classes that have none
   */
  run(): void {
    const { handlers, listeners, injected, side, features } = this.parts;
    const names = handlers.names();
    checkClients(injected, side.clients);
    this.judgeIdle(idleHandlers(features));
    this.judge(unknownTasks(this.options.tasks, names));
    this.judgeListeners(
      deafListeners(listeners.listenedTasks, new Set([...names, ...side.catalogue.names()])),
    );
    this.judgeFilters();
    if (this.options.role === 'worker' && runsJobs(this.options) && names.length === 0) {
      this.parts.logger.warn(
        "role: this process is a 'worker', and no module of it provides a class with @Task methods: it has nothing to run.",
      );
    }
  }

  private judgeFilters(): void {
    const { events, handlers, side } = this.parts;
    const { queues, catalogue } = side;
    const doubts = filterDoubts({
      queues: () => queues.names(),
      ownName: (queue) => (queues.has(queue) ? queues.ownName(queue) : undefined),
      tasks: () => [...handlers.names(), ...catalogue.names()],
    });
    events.judge(this.options.enabled ? doubts : () => undefined);
  }

  /**
   * A process that makes jobs of unknown tasks dead letters claims to know all tasks there are. One that gives such jobs back,
   * and one that only enqueues, may share its configuration with others: there a name that is nearly right is worth a word.
   */
  private judge(unknown: readonly UnknownTask[]): void {
    const { strict } = this.options;
    const told = runsJobs(this.options) ? unknown : unknown.filter(({ isNear }) => isNear);
    if (told.length === 0 || !this.options.enabled) return;
    if (this.knowsAll || strict) throw new InvalidOptionError(told);
    for (const { path, message } of told) this.parts.logger.warn(`${path}: ${message}`);
  }

  private judgeIdle(idle: readonly string[]): void {
    if (idle.length > 0 && this.options.strict) throw new TaskRegistrationError(idle.join('\n'));
    for (const message of idle) this.parts.logger.warn(message);
  }

  /**
   * A name that is nearly right is a typo. Any other may be that of a function which is registered later, or of a task that
   * is enqueued here and runs elsewhere: worth a word in a process that runs jobs, and none in one that only enqueues.
   */
  private judgeListeners(deaf: readonly DeafListener[]): void {
    if (!this.options.enabled) return;
    const typos = deaf.filter(({ isNear }) => isNear);
    if (typos.length > 0 && (this.knowsAll || this.options.strict)) {
      throw new TaskRegistrationError(typos.map(({ message }) => message).join('\n'));
    }
    for (const { message } of runsJobs(this.options) ? deaf : typos) this.parts.logger.warn(message);
  }

  /** Whether a task that is unknown here exists nowhere: its jobs would be dead letters. */
  private get knowsAll(): boolean {
    return runsJobs(this.options) && this.options.worker.unknownTask === 'fail';
  }
}
