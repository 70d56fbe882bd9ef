import type { ErrorCode } from './error-code.js';
import type { Checkpoint, ErrorRecord, JobRef, Ms, ParentOutcome } from './job-record.js';
import type { Receipt, Settlement, Verdict } from './outcome.js';
import type { Payload } from './payload.js';
import type { SignalValue } from './signal-value.js';
import type { Transaction } from './transaction.js';

/** How many jobs of one queue a claim may take. */
export interface Take {
  readonly queue: string;
  /** 0 or more. */
  readonly limit: number;
  /** Only these jobs, when they can run: the one way to take an `external` job. */
  readonly ids?: readonly string[] | undefined;
}

export interface ClaimRequest {
  /** Who claims: shown in the job's record. */
  readonly worker: string;
  /** How long the lease lasts; at least `capabilities.minLease`. */
  readonly lease: Ms;
  /** Looked at in this order. */
  readonly take: readonly Take[];
  /** Over all of `take`. Default: the sum of their limits. */
  readonly max?: number | undefined;
  /** Applied before anything is taken. */
  readonly settle?: readonly Settlement[] | undefined;
  readonly tx?: Transaction | undefined;
}

/** One job in hand. */
export interface ClaimedJob extends JobRef {
  readonly receipt: Receipt;
  readonly name: string;
  readonly payload: Payload | undefined;
  readonly codec: string;
  readonly priority: number;
  /** This run's number, from 1. */
  readonly attempt: number;
  readonly maxRetries: number;
  readonly stalls: number;
  readonly timeout: Ms | undefined;
  /** Grows with every claim of this job. */
  readonly fence: string;
  readonly createdAt: number;
  readonly maxStalled: number;
  /** Of the envelope that it was enqueued with. */
  readonly version: number;
  readonly extra: ClaimedExtra | undefined;
}

/** What only some jobs have. */
export interface ClaimedExtra {
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly checkpoint?: Checkpoint | undefined;
  readonly parents?: readonly ParentOutcome[] | undefined;
  /** Signals that arrived, by name; the latest value of each. */
  readonly signals?: Readonly<Record<string, SignalValue>> | undefined;
  readonly replays?: number | undefined;
}

/** A queue that had jobs to give and was not allowed to. */
export interface Limited {
  readonly queue: string;
  readonly by: 'rate' | 'concurrency' | 'paused';
  /** With `rate`: when the next one may start. */
  readonly retryInMs?: Ms;
}

/**
 * A job that ended inside the store without a verdict that says so: it stalled too often, a job that it depends on did not
 * complete, or its cancel was requested and its run settled it as to be run again. Told once, to one process, so that events and waiters hear of it; the record is what counts.
 */
export interface EndedJob extends JobRef {
  readonly name: string;
  readonly attempt: number;
  /** Who had it last. */
  readonly worker?: string | undefined;
  /** Of a dead letter; absent when it was cancelled. */
  readonly error?: ErrorRecord | undefined;
  /** Of a cancelled job. */
  readonly cancelReason?: string | undefined;
}

/**
 * A job that a settlement was to enqueue and that could not be: the settlement itself holds. Only what a caller could have
 * known is refused here (a job that is not well formed, a dependency that nobody knows), never for want of room.
 */
export interface RefusedSpawn {
  /** Place of the settlement in the request's `settle`. */
  readonly settlement: number;
  /** Place of the job in the settlement's `enqueue`. */
  readonly place: number;
  readonly id: string;
  readonly code: ErrorCode;
  readonly detail?: string | undefined;
}

export interface Claim {
  readonly jobs: readonly ClaimedJob[];
  /** One for each of `settle`, in its order. */
  readonly verdicts: readonly Verdict[];
  /** The earliest moment at which a queue of `take` could have something new without a push: due, lease expiry, limiter. */
  readonly nextInMs?: Ms | undefined;
  readonly limited?: readonly Limited[] | undefined;
  /** What has ended inside the store since somebody was told last. A store may forget all but the latest 1,000. */
  readonly ended?: readonly EndedJob[] | undefined;
  /** Of the jobs that `settle` was to enqueue: those that were refused. */
  readonly refused?: readonly RefusedSpawn[] | undefined;
}
