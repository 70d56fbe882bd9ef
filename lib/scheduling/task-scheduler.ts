import type { Observable, Subject } from 'rxjs';
import type {
  Job,
  Schedule,
  ScheduleChanges,
  ScheduleDefinition,
  ScheduleEvent,
  ScheduleRecord,
  StoredSchedule,
} from '../contract/index.js';
import type { CodecSet } from '../codecs/index.js';
import { assertScheduleName } from '../config/index.js';
import { DuplicateScheduleError, InvalidOptionError } from '../errors/index.js';
import type { JobTemplate, TaskManager } from '../queue/index.js';
import type { CronShelf } from './cron/cron-shelf.js';
import { readChanges, type ReadRules, readSchedule } from './read-schedule.js';
import { edited, type EditorParts, ScheduleEditor } from './schedule-editor.js';
import type { ScheduleMarks } from './schedule-marks.js';
import { planOf } from './schedule-record.js';
import { viewOf } from './schedule-view.js';
import type { SchedulerRunner, SchedulerStatus } from './scheduler-runner.js';
import { readPayload } from './stored-payload.js';
import { timingOf } from './timing.js';

/** Moments that are told at once. */
const MOST_TOLD = 1_000;

export interface TaskSchedulerParts extends EditorParts {
  readonly marks: ScheduleMarks;
  readonly runner: SchedulerRunner;
  readonly shelf: CronShelf;
  readonly codecs: CodecSet;
  readonly reading: ReadRules;
  readonly manager: TaskManager;
  readonly events: Subject<ScheduleEvent>;
}

/**
 * The schedules of the fleet: what `@Scheduled()` declares, and what is added at run time. Every process sees and changes the same; one of
 * them fires each slot.
 *
 * @example
 * constructor(private readonly scheduler: TaskScheduler) {}
 * await this.scheduler.schedule({ name: 'digest-7', task: 'send-digest', cron: '0 8 * * *', timezone: user.zone, payload: { user: 7 } });
 * await this.scheduler.disable('daily-report');
 */
export class TaskScheduler {
  /** What this process says of schedules. */
  readonly events: Observable<ScheduleEvent>;
  private readonly editor: ScheduleEditor;

  /** @internal It is injected. */
  constructor(private readonly parts: TaskSchedulerParts) {
    this.events = parts.events.asObservable();
    this.editor = new ScheduleEditor(parts);
  }

  /**
   * Adds a schedule. It fires from its next slot on, in whatever process leads.
   * @throws DuplicateScheduleError when the name is taken; InvalidScheduleError, InvalidOptionError, InvalidNameError for what cannot be used;
   * ScheduleCycleError; UnknownQueueError; TaskValidationError for a payload that its task refuses; BackendUnavailableError
   */
  async schedule(definition: ScheduleDefinition): Promise<Schedule> {
    const { store, reading, clock } = this.parts;
    const plan = readSchedule(definition, reading);
    const { name } = definition;
    await this.editor.assertFits(name, plan);
    await clock.sync();
    const now = clock.now();
    const record: ScheduleRecord = { name, source: 'runtime', plan, from: Math.floor(now), updatedAt: now };
    // A moment that has passed fires now.
    const from = plan.at !== undefined && plan.at <= now ? plan.at - 1 : record.from;
    if (!(await store.write({ ...record, from }, null))) {
      throw new DuplicateScheduleError(name, 'another schedule');
    }
    this.tell(name, 'added');
    return (await this.get(name)) as Schedule;
  }

  /**
   * Adds a schedule of calls that a template describes.
   * @param name Default: the template's task.
   * @returns the schedule's name
   * @throws as `schedule`
   */
  async scheduleJob(template: JobTemplate, cron: string, name: string = template.name): Promise<string> {
    const { priority, maxRetries, timeout } = template.options;
    await this.schedule({
      name,
      task: template.name,
      cron,
      payload: template.payload,
      queue: template.queue,
      priority,
      maxRetries,
      timeout,
    });
    return name;
  }

  /**
   * Removes a schedule; jobs that it has enqueued stay. One that the code declares comes back when a process boots.
   * @returns whether it was there
   */
  async unschedule(name: string): Promise<boolean> {
    assertScheduleName(name);
    if (!(await this.parts.store.remove(name))) return false;
    await this.parts.marks.forget(name);
    this.tell(name, 'removed');
    return true;
  }

  /** Every schedule, by name. */
  async list(): Promise<Schedule[]> {
    const { store, marks, clock } = this.parts;
    await clock.sync();
    const stored = await store.list();
    const found = await marks.read(stored.map(({ record }) => record.name));
    return stored.map((one) => this.view(one, found));
  }

  /** @returns undefined when there is none of that name */
  async get(name: string): Promise<Schedule | undefined> {
    assertScheduleName(name);
    const stored = await this.parts.store.get(name);
    return stored && this.view(stored, await this.parts.marks.read([name]));
  }

  /** Lets it fire again, from its next slot on. @returns whether that changed anything; false when it is not there */
  enable(name: string): Promise<boolean> {
    return this.toggle(name, true);
  }

  /** Lets it fire no more, until it is enabled. @returns whether that changed anything; false when it is not there */
  disable(name: string): Promise<boolean> {
    return this.toggle(name, false);
  }

  /**
   * Changes a schedule. What the code declares keeps the change on top of whatever the code says later; `reset` takes it back.
   * @param changes What is not given stays. One timing replaces another, and begins now.
   * @throws ScheduleNotFoundError, and as `schedule`
   */
  async update(name: string, changes: ScheduleChanges): Promise<Schedule> {
    assertScheduleName(name);
    const read = readChanges(changes, this.parts.reading);
    await this.editor.change(name, async (record) => {
      const changed = edited(record, read);
      await this.editor.assertFits(name, planOf(changed));
      return changed;
    });
    this.tell(name, 'updated');
    return (await this.get(name)) as Schedule;
  }

  /** Takes back what was changed at run time of a schedule that the code declares. @returns whether there was anything */
  async reset(name: string): Promise<boolean> {
    assertScheduleName(name);
    const isChanged = await this.editor.change(name, (record) =>
      Promise.resolve(record.edits === undefined ? undefined : { edits: undefined, plan: record.plan }),
    );
    if (isChanged) this.tell(name, 'updated');
    return isChanged;
  }

  /**
   * Enqueues a job of it now, whether it is enabled or not. It stands for no slot: the next one fires as ever.
   * @throws ScheduleNotFoundError, and what `TaskManager.enqueue` throws
   */
  async run(name: string): Promise<Job> {
    const { record } = await this.editor.find(name);
    const { task, payload, queue, priority, maxRetries, timeout } = planOf(record);
    const { codecs, manager } = this.parts;
    return manager.enqueue(task, readPayload(payload, codecs, name), {
      queue,
      priority,
      maxRetries,
      timeout,
    });
  }

  /** When each enabled schedule fires next, by name. */
  async nextRuns(): Promise<Record<string, Date>>;
  /** The next moments of one, whether it is enabled or not. @param count 1 to 1,000 @throws ScheduleNotFoundError */
  async nextRuns(name: string, count?: number): Promise<Date[]>;
  async nextRuns(name?: string, count = 10): Promise<Date[] | Record<string, Date>> {
    if (name !== undefined) return this.moments(name, count, 'after');
    const all = await this.list();
    return Object.fromEntries(
      all.flatMap(({ name: one, nextRun }) => (nextRun === undefined ? [] : [[one, nextRun]])),
    );
  }

  /** The latest moments of one by its timing, newest first, whether or not it fired at them: `lastRun` tells of the latest that did. */
  async previousRuns(name: string, count = 10): Promise<Date[]> {
    return this.moments(name, count, 'before');
  }

  /**
   * Lets this process take part: it fires the schedules while it leads the fleet. Called when the application has started, unless
   * `scheduler.enabled` is false. Does nothing when it takes part already.
   */
  start(): Promise<void> {
    return this.parts.runner.start();
  }

  /** Lets this process fire no more; another one takes over at once. */
  stop(): Promise<void> {
    return this.parts.runner.stop();
  }

  /** Whether this process takes part, whether it leads, and when it was last in touch with the store. */
  status(): SchedulerStatus {
    return this.parts.runner.status();
  }

  /** Reads what is stored anew, where a store is changed by other means. @returns how many schedules there are */
  async restoreFromStore(): Promise<number> {
    await this.parts.runner.refresh();
    return (await this.parts.store.list()).length;
  }

  private async toggle(name: string, enabled: boolean): Promise<boolean> {
    assertScheduleName(name);
    const isChanged = await this.editor.change(
      name,
      (record) =>
        Promise.resolve(planOf(record).enabled === enabled ? undefined : edited(record, { enabled })),
      true,
    );
    if (isChanged) this.tell(name, enabled ? 'enabled' : 'disabled');
    return isChanged;
  }

  private async moments(name: string, count: number, way: 'after' | 'before'): Promise<Date[]> {
    if (!Number.isInteger(count) || count < 1 || count > MOST_TOLD) {
      throw new InvalidOptionError([{ path: 'count', message: `must be a whole number, 1 to ${MOST_TOLD}` }]);
    }
    const { clock, shelf } = this.parts;
    const { record } = await this.editor.find(name);
    await clock.sync();
    const timing = timingOf(planOf(record), shelf);
    const told: Date[] = [];
    for (let at = timing[way](clock.now()); at !== undefined && told.length < count; at = timing[way](at)) {
      told.push(new Date(at));
    }
    return told;
  }

  private view(stored: StoredSchedule, marks: Awaited<ReturnType<ScheduleMarks['read']>>): Schedule {
    const { clock, shelf, codecs } = this.parts;
    return viewOf(stored, marks.get(stored.record.name), { now: clock.now(), shelf, codecs });
  }

  private tell(schedule: string, change: 'added' | 'updated' | 'enabled' | 'disabled' | 'removed'): void {
    this.parts.events.next({ type: 'changed', schedule, change });
  }
}
