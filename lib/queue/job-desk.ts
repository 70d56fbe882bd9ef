import type {
  Clock,
  JobRecord,
  JobRef,
  Payload,
  PayloadPart,
  PayloadSubject,
  WaitOptions,
} from '../contract/index.js';
import type { CodecSet } from '../codecs/index.js';
import { InvalidOptionError } from '../errors/index.js';
import {
  awaitEnd,
  CANCEL_CHANNEL,
  failedParent,
  resultOf,
  writeCancelSignal,
  type EventSink,
  type FinishedJobs,
  type QueueDirectory,
  type StoreLink,
} from '../state/index.js';

export interface JobDeskParts {
  readonly directory: QueueDirectory;
  readonly finished: FinishedJobs;
  readonly codecs: CodecSet;
  readonly events: EventSink;
  readonly clock: Clock;
}

/** Characters, as of the message of an error. */
const LONGEST_REASON = 4_096;
const DEFAULT_REASON = 'cancelled on request';

/** What every job handle of this process asks for: its payload decoded, its result, a fresh look, its cancel. */
export class JobDesk {
  constructor(private readonly parts: JobDeskParts) {}

  get clock(): Clock {
    return this.parts.clock;
  }

  decode(codec: string, payload: Payload | undefined, subject: PayloadSubject, part: PayloadPart): unknown {
    return this.parts.codecs.decode(codec, payload, subject, part);
  }

  /** Reads a job anew; several within one tick in one call. */
  read(ref: JobRef): Promise<JobRecord | undefined> {
    return this.parts.directory.storeOf(ref.queue).records.get(ref);
  }

  async result(ref: JobRef, options: WaitOptions = {}): Promise<unknown> {
    const { finished, clock, codecs, directory } = this.parts;
    const end = await awaitEnd(ref, options, finished, clock);
    return resultOf(end, codecs, await failedParent(end, directory));
  }

  /**
   * Cancels a job; one that runs is told at once, in whatever process. Jobs that depend on it are cancelled with it.
   * @throws InvalidOptionError for a reason that is no text
   * @returns whether it is cancelled, or will be
   */
  async cancel({ queue, id }: JobRef, given: string = DEFAULT_REASON): Promise<boolean> {
    const ref = { queue, id };
    const reason = reasonOf(given);
    const store = this.parts.directory.storeOf(queue);
    const before = this.parts.events.wants('cancelled') ? await store.records.get(ref) : undefined;
    const [verdict] = await store.queue.cancel([ref], reason);
    if (verdict === 'cancelled') this.tellCancelled(ref, reason, before);
    if (verdict === 'requested') await signalCancel(store, ref, reason);
    return verdict === 'cancelled' || verdict === 'requested';
  }

  /** Forgets a job that is not running. @returns whether there was one */
  async remove({ queue, id }: JobRef): Promise<boolean> {
    const ref = { queue, id };
    const { directory, finished } = this.parts;
    const isRemoved = (await directory.storeOf(queue).queue.remove([ref])) > 0;
    if (isRemoved && finished.hasWaiters) finished.announce(ref);
    return isRemoved;
  }

  /** Jobs of a queue were removed together: who waits for one of them hears of it now. */
  cleared(queue: string): void {
    this.parts.finished.lookAgain(queue);
  }

  private tellCancelled(ref: JobRef, reason: string, before: JobRecord | undefined): void {
    const { events, finished } = this.parts;
    // Cancelling twice is allowed and told once.
    if (before !== undefined && before.state !== 'cancelled' && events.wants('cancelled')) {
      const { name, attempt } = before;
      const about = { taskId: ref.id, taskName: name, queueName: ref.queue, reason };
      events.emit({ type: 'cancelled', ...about, ...(attempt > 0 ? { attempt } : {}) });
    }
    if (finished.hasWaiters) finished.announce(ref);
  }
}

/** It is kept with the job, and shown to people. */
function reasonOf(given: unknown): string {
  if (typeof given === 'string') return given.slice(0, LONGEST_REASON);
  throw new InvalidOptionError([{ path: 'reason', message: 'must be a text' }]);
}

/** Without the message the worker hears of it when it next extends the lease. */
async function signalCancel(store: StoreLink, { queue, id }: JobRef, reason: string): Promise<void> {
  try {
    await store.state.publish(CANCEL_CHANNEL, writeCancelSignal({ queue, id, reason }));
  } catch {
    // The request is recorded with the job: the message only hastens it.
  }
}
