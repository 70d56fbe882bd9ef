import { doubtfulQueues, type ResolvedOptions, runsJobs, unknownTasks } from '../config/index.js';
import { getQueueToken } from '../decorators/index.js';
import { InvalidOptionError, TaskRegistrationError, type ValidationIssue } from '../errors/index.js';
import type { TaskEvents } from '../events/index.js';
import type { FoundFeature, HandlerRegistry, InjectedTokens, ListenerExplorer } from '../handlers/index.js';
import type { QueueSide } from '../queue/index.js';
import type { ScheduledTask } from '../scheduling/index.js';
import { idleHandlers } from './feature-check.js';
import { checkClients } from './client-check.js';
import { deafListeners, type DeafListener, filterDoubts } from './listener-check.js';
import { unservedSchedules } from './schedule-check.js';

export interface BootCheckParts {
  readonly options: ResolvedOptions;
  readonly handlers: Pick<HandlerRegistry, 'names' | 'get'>;
  readonly listeners: Pick<ListenerExplorer, 'listenedTasks'>;
  readonly events: Pick<TaskEvents, 'judge'>;
  readonly injected: InjectedTokens;
  readonly side: Pick<QueueSide, 'catalogue' | 'clients' | 'queues'>;
  readonly features: readonly FoundFeature[];
  readonly logger: { warn(message: string): void };
}

/** A name in the options that is probably not meant. */
export interface NameProblem extends ValidationIssue {
  /** Whether it ends the boot. */
  readonly isFatal: boolean;
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
    this.judge();
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
   * Names of tasks and queues in the options that nothing of this process has. A process that makes jobs of unknown tasks dead letters claims to know
   * all tasks there are. One that gives such jobs back, and one that only enqueues, may share its configuration with others: there a name that is
   * nearly right is worth a word.
   *
   * @param options Of the process that is meant: its own, by default.
   */
  nameProblems(options = this.options): readonly NameProblem[] {
    const unknown = unknownTasks(options.tasks, this.parts.handlers.names());
    const told = runsJobs(options) ? unknown : unknown.filter(({ isNear }) => isNear);
    const isFatal = options.strict || knowsAll(options);
    return [
      ...told.map(({ path, message }) => ({ path, message, isFatal })),
      ...doubtfulQueues(options, (queue) => this.uses(queue)).map((issue) => ({
        ...issue,
        isFatal: options.strict,
      })),
    ];
  }

  /** Tells of schedules in the store that enqueue tasks which nobody has: each firing of them makes a dead letter here. */
  judgeSchedules(stored: readonly ScheduledTask[]): void {
    for (const message of this.scheduleProblems(stored)) this.parts.logger.warn(message);
  }

  /** The same as sentences, of the process that is meant. */
  scheduleProblems(stored: readonly ScheduledTask[], options = this.options): readonly string[] {
    return unservedSchedules(stored, this.parts.handlers.names(), options);
  }

  private judge(): void {
    if (!this.options.enabled) return;
    const problems = this.nameProblems();
    const fatal = problems.filter(({ isFatal }) => isFatal);
    if (fatal.length > 0) throw new InvalidOptionError(fatal.map(({ path, message }) => ({ path, message })));
    for (const { path, message } of problems) this.parts.logger.warn(`${path}: ${message}`);
  }

  private uses(queue: string): boolean {
    const { handlers, side, injected } = this.parts;
    return (
      injected.consumersOf(getQueueToken(queue)).length > 0 ||
      handlers.names().some((name) => handlers.get(name)?.options.queue === queue) ||
      side.catalogue.names().some((name) => side.catalogue.get(name)?.queue === queue)
    );
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
    if (typos.length > 0 && (knowsAll(this.options) || this.options.strict)) {
      throw new TaskRegistrationError(typos.map(({ message }) => message).join('\n'));
    }
    for (const { message } of runsJobs(this.options) ? deaf : typos) this.parts.logger.warn(message);
  }
}

/** What of it others use. */
export type AppCheck = Pick<BootCheck, 'run' | 'nameProblems' | 'judgeSchedules' | 'scheduleProblems'>;

/** Where nothing can be said. */
export const NO_PROBLEMS: Omit<AppCheck, 'run'> = {
  nameProblems: () => [],
  judgeSchedules: () => undefined,
  scheduleProblems: () => [],
};

/** Whether a task that is unknown here exists nowhere: its jobs would be dead letters. */
const knowsAll = (options: ResolvedOptions): boolean =>
  runsJobs(options) && options.worker.unknownTask === 'fail';
