import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock, ClockTimer, Ms, StateSubscription } from '../contract/index.js';
import { JobNotFoundError } from '../errors/index.js';
import { AwaitedJobs, type Waiter } from './awaited-jobs.js';
import { finishedChannel, readFinished } from './finished-message.js';
import { hasEnded, type JobEnd } from './job-end.js';
import type { StoreLink } from './store-link.js';

/** How often to look where nothing pushes. */
const POLL: Ms = 500;
/** How often to look under push: for what ended while a connection was down, or while no worker was there to tell. */
const SAFETY_POLL: Ms = 5_000;

/**
 * The jobs of one queue whose end is awaited in this process. While there are any, it listens to what other processes
 * tell and looks by itself now and then, once for all of them; afterwards nothing of it is left.
 */
export class FinishedWatch {
  private readonly awaited = new AwaitedJobs();
  private timer: ClockTimer | undefined;
  private subscription: Promise<StateSubscription | undefined> | undefined;
  private isPushed = false;

  constructor(
    private readonly queue: string,
    private readonly store: StoreLink,
    private readonly clock: Clock,
    private readonly onIdle: () => void,
  ) {}

  has(id: string): boolean {
    return this.awaited.has(id);
  }

  /** Registers first and reads then, so that an end in between is not missed. */
  add(id: string, waiter: Waiter): void {
    this.awaited.add(id, waiter);
    void this.begin(id, waiter);
  }

  remove(id: string, waiter: Waiter): void {
    this.awaited.remove(id, waiter);
    this.rest();
  }

  /** The end of a job, from whoever settled it. */
  tell(end: JobEnd): void {
    this.awaited.resolve(end.id, end);
    this.rest();
  }

  /** Reads jobs that are said to have ended. Those that have not go on being awaited. */
  async look(ids: readonly string[]): Promise<void> {
    const wanted = ids.filter((id) => this.awaited.has(id));
    if (wanted.length === 0) return;
    try {
      const records = await this.store.queue.get(wanted.map((id) => ({ queue: this.queue, id })));
      wanted.forEach((id, place) => this.take(id, records[place]));
    } catch {
      // Broker trouble is not the job's end: the next look finds it, and the caller's own time is bounded.
    }
  }

  /** Looks at all that are awaited, instead of at the next occasion. */
  lookAgain(): Promise<void> {
    return this.look(this.awaited.ids());
  }

  /** Ends every wait with an error. */
  close(error: Error): void {
    for (const id of this.awaited.ids()) this.awaited.reject(id, error);
    this.rest();
  }

  private async begin(id: string, waiter: Waiter): Promise<void> {
    try {
      this.isPushed = (await this.listen()) || !this.store.isShared;
      if (!this.awaited.has(id)) return;
      this.keepLooking();
      const record = await this.store.records.get({ queue: this.queue, id });
      // It may have ended and gone a moment ago: whoever settled it is about to tell.
      if (record === undefined) await macrotask();
      this.take(id, record);
    } catch (error) {
      if (this.awaited.remove(id, waiter)) waiter.reject(error);
      this.rest();
    }
  }

  private take(id: string, record: JobEnd | undefined): void {
    if (record === undefined) this.awaited.reject(id, new JobNotFoundError(id));
    else if (hasEnded(record)) this.awaited.resolve(id, record);
    this.rest();
  }

  /** @returns whether this backend pushes */
  private async listen(): Promise<boolean> {
    if (!this.store.isShared) return false;
    this.subscription ??= this.store.state
      .watch(
        finishedChannel(this.queue),
        (message) => void this.look(readFinished(message)),
        () => void this.look(this.awaited.ids()),
      )
      .catch(() => undefined);
    return (await this.subscription) !== undefined;
  }

  private keepLooking(): void {
    this.timer ??= this.clock.setTimer(this.isPushed ? SAFETY_POLL : POLL, () => void this.lookAround());
  }

  private async lookAround(): Promise<void> {
    this.timer = undefined;
    await this.look(this.awaited.ids());
    if (!this.awaited.isEmpty) this.keepLooking();
  }

  private rest(): void {
    if (!this.awaited.isEmpty) return;
    this.timer?.cancel();
    this.timer = undefined;
    const subscription = this.subscription;
    this.subscription = undefined;
    void subscription?.then((open) => open?.close()).catch(() => undefined);
    this.onIdle();
  }
}
