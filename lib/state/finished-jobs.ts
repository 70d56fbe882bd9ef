import type { Clock, JobRef } from '../contract/index.js';
import { TasksClosedError } from '../errors/index.js';
import { finishedChannel, writeFinished } from './finished-message.js';
import { FinishedWatch } from './finished-watch.js';
import type { JobEnd } from './job-end.js';
import type { QueueDirectory, StoreLink } from './store-link.js';
import type { Waiter } from './awaited-jobs.js';

/** A wait for one job's end. */
export interface JobWait {
  /** @throws JobNotFoundError when the job is not there, or no longer */
  readonly promise: Promise<JobEnd>;
  /** Stops waiting: the promise then stays as it is. */
  cancel(): void;
}

/**
 * Who in this process waits for the end of which job, of whatever process. Ends are pushed: by whoever settles or cancels
 * in this process, and over the state backend between processes. Waiting costs a job nothing that nobody awaits.
 */
export class FinishedJobs {
  private readonly watches = new Map<string, FinishedWatch>();
  private readonly outgoing = new Map<string, { readonly store: StoreLink; readonly ids: string[] }>();

  private readonly tellsOthers: boolean;
  private isClosed = false;

  constructor(
    private readonly directory: QueueDirectory,
    private readonly clock: Clock,
  ) {
    this.tellsOthers = directory.stores().some((store) => store.isShared);
  }

  /** Whether ends have to be announced at all: somebody waits here, or another process could. */
  get hasWaiters(): boolean {
    return this.watches.size > 0 || this.tellsOthers;
  }

  /** Whether anybody in this process waits for a job with this id, on whatever queue. */
  isAwaited(id: string): boolean {
    for (const watch of this.watches.values()) if (watch.has(id)) return true;
    return false;
  }

  /** Whether anybody in this process waits for this job. */
  awaits({ queue, id }: JobRef): boolean {
    return this.watches.get(queue)?.has(id) === true;
  }

  /** @throws UnknownQueueError, TasksClosedError */
  wait({ queue, id }: JobRef): JobWait {
    if (this.isClosed) throw new TasksClosedError();
    const watch = this.watches.get(queue) ?? this.open(queue);
    let cancel = (): void => undefined;
    const promise = new Promise<JobEnd>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      cancel = () => watch.remove(id, waiter);
      watch.add(id, waiter);
    });
    return { promise, cancel };
  }

  /**
   * A job has ended.
   * @param end How, when the caller knows: then who waits here gets it without another read, however soon the record goes.
   */
  announce(job: JobRef, end?: JobEnd): void {
    const watch = this.watches.get(job.queue);
    if (watch?.has(job.id) === true) {
      if (end === undefined) void watch.look([job.id]);
      else watch.tell(end);
    }
    const store = this.directory.storeOf(job.queue);
    if (store.isShared) this.send(store, job);
  }

  /** Jobs of the queue may be gone without a word: who waits looks now. */
  lookAgain(queue: string): void {
    void this.watches.get(queue)?.lookAgain();
  }

  /** Nothing ends here any more: whoever still waits is told so, rather than kept until the time is over. */
  close(): void {
    this.isClosed = true;
    for (const watch of this.watches.values()) watch.close(new TasksClosedError());
  }

  private open(queue: string): FinishedWatch {
    const watch = new FinishedWatch(queue, this.directory.storeOf(queue), this.clock, () => {
      if (this.watches.get(queue) === watch) this.watches.delete(queue);
    });
    this.watches.set(queue, watch);
    return watch;
  }

  /** What ends within one tick travels together, queue by queue. */
  private send(store: StoreLink, { queue, id }: JobRef): void {
    if (this.outgoing.size === 0) queueMicrotask(() => this.publish());
    const message = this.outgoing.get(queue);
    if (message === undefined) this.outgoing.set(queue, { store, ids: [id] });
    else message.ids.push(id);
  }

  private publish(): void {
    const messages = [...this.outgoing];
    this.outgoing.clear();
    for (const [queue, { store, ids }] of messages) {
      for (const message of writeFinished(ids)) {
        // One that is lost is made good by the look of whoever waits.
        store.state.publish(finishedChannel(queue), message).catch(() => undefined);
      }
    }
  }
}
