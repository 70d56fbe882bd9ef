import type { ClaimedJob, Duration } from '../contract/index.js';
import type { JobDesk } from './job-desk.js';
import { claimedRecord } from './job-record-of.js';
import { JobSnapshot } from './job-snapshot.js';

/** How a job is put back, or given up. */
export interface NackOptions {
  /** Puts the job back (default), or makes it a dead letter. */
  readonly requeue?: boolean | undefined;
  /** With `requeue`: due again after this long. Default: at once. */
  readonly delay?: Duration | undefined;
  /** Why. With it the run counts as a failed attempt, without it as none. */
  readonly error?: unknown;
  /** With `requeue: false`: notes that are kept with the dead letter. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a job that was taken by hand is settled. */
export interface HandSettler {
  ack(job: DequeuedJob, result: unknown): Promise<void>;
  nack(job: DequeuedJob, options: NackOptions): Promise<void>;
  extend(job: DequeuedJob, lease: Duration | undefined): Promise<boolean>;
}

/**
 * A job that was taken from its queue by hand. It is yours until its lease is over: settle it with `ack` or `nack`,
 * and `extend` it while you work. What you say of it later has no effect and rejects with `LeaseLostError`.
 */
export class DequeuedJob<TPayload = unknown> extends JobSnapshot<TPayload> {
  /** @internal */
  constructor(
    /** @internal The claim, with the receipt that its settlement needs. */
    readonly claimed: ClaimedJob,
    workerId: string,
    at: number,
    desk: JobDesk,
    private readonly settler: HandSettler,
  ) {
    super(claimedRecord(claimed, workerId, at), desk);
  }

  /** Guards a resource outside: a decimal string that grows with every claim of this job. */
  get fence(): string {
    return this.claimed.fence;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.claimed.extra?.headers ?? {};
  }

  /**
   * Lengthens the lease, counted from now. Call it at a third of its length.
   * @param lease Default: `worker.lease`.
   * @returns whether somebody asked to cancel the job meanwhile
   * @throws LeaseLostError when it is no longer yours
   */
  extend(lease?: Duration): Promise<boolean> {
    return this.settler.extend(this, lease);
  }

  /** The same as `TaskQueue.ack`. */
  ack(result?: unknown): Promise<void> {
    return this.settler.ack(this, result);
  }

  /** The same as `TaskQueue.nack`. */
  nack(options: NackOptions = {}): Promise<void> {
    return this.settler.nack(this, options);
  }
}
