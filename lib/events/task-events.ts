import { Injectable, Logger } from '@nestjs/common';
import { Observable, type Subscriber } from 'rxjs';
import {
  TASK_EVENT_TYPES,
  type TaskEvent,
  type TaskEventFilter,
  type TaskEventOf,
  type TaskEventType,
} from '../contract/index.js';
import { TaskRegistrationError, toErrorRecord } from '../errors/index.js';
import { unknownEvent } from '../decorators/index.js';
import { assertFilter, assertListener, type FilterDoubt, nameOf } from './event-filter.js';
import { type ListenerEntry, listenerEntry, passes, type TaskEventListener } from './event-listener.js';
import { WorkProbes } from './work-probes.js';

/**
 * What this process says of jobs while they happen: queued here, run here, cancelled here. Events of other processes do
 * not arrive; read the job (`job.refresh()`) for the truth that all share.
 *
 * Events are handed over at once and in order, in the middle of the job's own course, so listeners should be quick.
 * A listener that throws or rejects is logged and disturbs neither the job nor the others. Nothing is built for an event
 * that nobody listens to.
 *
 * @example
 * constructor(private readonly events: TaskEvents) {}
 * this.events.on('failed', (event) => this.alerts.push(event.taskName));
 * this.events.of('progress', { task: 'import' }).pipe(throttleTime(1000)).subscribe((event) => this.show(event));
 */
@Injectable()
export class TaskEvents {
  /**
   * Every event, typed as a union; completes when the application has shut down. It costs nothing until somebody
   * subscribes. An error that a subscriber throws is rxjs's to report, as with any Observable.
   */
  readonly stream: Observable<TaskEvent> = this.observe(TASK_EVENT_TYPES, {});

  /** Who watches without an event object. @internal */
  readonly probes = new WorkProbes();

  private readonly logger = new Logger('TaskEvents');
  /** Arrays are replaced, never changed, so an event reaches exactly those who listened when it began. */
  private readonly entries: Record<TaskEventType, readonly ListenerEntry[]> = {
    queued: [],
    started: [],
    completed: [],
    retrying: [],
    failed: [],
    cancelled: [],
    progress: [],
  };
  private readonly subscribers = new Set<Subscriber<never>>();
  private readonly pending = new Set<Promise<unknown>>();
  private closed = false;
  private doubt: FilterDoubt | undefined;
  /** Filters of before the app has started. */
  private readonly unjudged: { readonly where: string; readonly filter: TaskEventFilter }[] = [];

  /**
   * Calls `listener` with each event of the type.
   * @param filter Only those of a task, of a queue, or of both.
   * @param label What the log calls the listener when it throws. Default: the function's name.
   * @returns stops listening
   * @throws TaskRegistrationError when there is no such type, InvalidOptionError for a filter that does not exist or is no name, and for a
   * listener that is no function. A queue or task of the filter that is not known is a warning, once the app has started.
   */
  on<T extends TaskEventType>(
    type: T,
    listener: TaskEventListener<T>,
    filter: TaskEventFilter = {},
    label = nameOf(listener),
  ): () => void {
    assertListener(listener);
    this.check(type, filter, label);
    return this.add(type, listenerEntry(listener, filter, label));
  }

  /** The events of one type as an Observable; completes when the application has shut down. @throws as `on` */
  of<T extends TaskEventType>(type: T, filter: TaskEventFilter = {}): Observable<TaskEventOf<T>> {
    this.check(type, filter, 'an observable');
    return this.observe([type], filter) as Observable<TaskEventOf<T>>;
  }

  /** Whether anybody listens to the type. Who emits asks first, and builds no event for nobody. */
  wants(type: TaskEventType): boolean {
    return this.entries[type].length > 0;
  }

  /** Hands an event to its listeners, in the order in which they registered. Never throws. */
  emit(event: TaskEvent): void {
    for (const entry of this.entries[event.type]) if (passes(entry, event)) this.deliver(entry, event);
  }

  /** Resolves when every listener that returned a promise has settled. @internal */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** Completes every stream and forgets every listener. @internal */
  close(): void {
    this.closed = true;
    for (const type of TASK_EVENT_TYPES) this.entries[type] = [];
    for (const subscriber of this.subscribers) subscriber.complete();
  }

  /** Listens for a filter whose names are checked elsewhere. @internal */
  listen(type: TaskEventType, entry: ListenerEntry): void {
    this.add(type, entry);
  }

  /**
   * The app has started: which names there are is known from now on.
   * @param doubt What is doubtful about a filter, or undefined.
   * @internal
   */
  judge(doubt: FilterDoubt): void {
    this.doubt = doubt;
    for (const { where, filter } of this.unjudged.splice(0)) this.warnOf(where, filter);
  }

  private check(type: TaskEventType, filter: TaskEventFilter, label: string): void {
    if (!TASK_EVENT_TYPES.includes(type)) {
      throw new TaskRegistrationError(unknownEvent(type), { remedy: 'Listen to an event of this list.' });
    }
    assertFilter(filter);
    if (filter.task === undefined && filter.queue === undefined) return;
    const where = `${label} on '${type}'`;
    if (this.doubt === undefined) this.unjudged.push({ where, filter: { ...filter } });
    else this.warnOf(where, filter);
  }

  private warnOf(where: string, filter: TaskEventFilter): void {
    const doubt = this.doubt?.(filter);
    if (doubt !== undefined) this.logger.warn(`${where}: ${doubt}`);
  }

  private add(type: TaskEventType, entry: ListenerEntry): () => void {
    this.entries[type] = [...this.entries[type], entry];
    return () => {
      this.entries[type] = this.entries[type].filter((other) => other !== entry);
    };
  }

  private observe(types: readonly TaskEventType[], filter: TaskEventFilter): Observable<TaskEvent> {
    return new Observable<TaskEvent>((subscriber) => {
      const entry = listenerEntry((event) => subscriber.next(event), filter, 'a subscriber');
      const stops = types.map((type) => this.add(type, entry));
      this.subscribers.add(subscriber);
      if (this.closed) subscriber.complete();
      return () => {
        this.subscribers.delete(subscriber);
        for (const stop of stops) stop();
      };
    });
  }

  private deliver(entry: ListenerEntry, event: TaskEvent): void {
    try {
      const outcome = entry.listener(event);
      if (isPromiseLike(outcome)) this.follow(entry, event, outcome);
    } catch (error) {
      this.report(entry, event, error);
    }
  }

  private follow(entry: ListenerEntry, event: TaskEvent, outcome: PromiseLike<unknown>): void {
    const followed: Promise<unknown> = Promise.resolve(outcome)
      .catch((error: unknown) => this.report(entry, event, error))
      .finally(() => this.pending.delete(followed));
    this.pending.add(followed);
  }

  private report(entry: ListenerEntry, event: TaskEvent, error: unknown): void {
    const { message, stack } = toErrorRecord(error);
    this.logger.error(
      `${entry.label} failed on '${event.type}' of job ${event.taskId} (${event.taskName}): ${message}`,
      stack,
    );
  }
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
