import type { JobRecord, JobRef, Ms } from './job-record.js';

/** A new external job is published by whoever enqueues it; only when nobody confirms that within this time is it handed out to be published. */
export const FORWARD_GRACE: Ms = 30_000;

/** How many external jobs of one queue a call may take. */
export interface ForwardTake {
  readonly queue: string;
  /** 0 or more. */
  readonly limit: number;
}

/**
 * One readiness of one job that the broker has accepted. The fence tells it from a later one: a job that was claimed since, and
 * has become ready again, has to be published again whatever was confirmed of the time before.
 */
export interface Forwarded extends JobRef {
  /** Of the record that was forwarded; `'0'` for a job that was enqueued just now. */
  readonly fence: string;
}

export interface ForwardRequest {
  /** Noted before anything is taken. What does not fit (claimed, finished, ready anew) is ignored. */
  readonly confirm?: readonly Forwarded[] | undefined;
  readonly take?: readonly ForwardTake[] | undefined;
  /** What is taken and not confirmed within this time is handed out again. */
  readonly lease: Ms;
}

export interface Forward {
  /** Ready external jobs, those that have waited longest first. They stay `pending`: only a claim by id takes them. */
  readonly jobs: readonly JobRecord[];
  /** The earliest moment at which a queue of `take` could have something new without a push. */
  readonly nextInMs?: Ms | undefined;
}
