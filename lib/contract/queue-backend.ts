import type { Capabilities } from './capabilities.js';
import type { Claim, ClaimRequest, EndedJob } from './claim.js';
import type { ErrorCode } from './error-code.js';
import type { Forward, ForwardRequest } from './forward.js';
import type {
  Checkpoint,
  JobQuery,
  JobRecord,
  JobRef,
  Ms,
  Page,
  Progress,
  QueueStatus,
} from './job-record.js';
import type { JobState } from './job-state.js';
import type { NewJob } from './new-job.js';
import type { Receipt, Verdict } from './outcome.js';
import type { Payload } from './payload.js';
import type { QueueDefinition } from './queue-definition.js';
import type { SignalValue } from './signal-value.js';
import type { Transaction } from './transaction.js';

/**
 * Keeps and moves jobs. The one interface between everything above and a broker.
 *
 * Rules of every call:
 * - It is a batch, and atomic for each job, not for the call. Results stand in the order of what was asked.
 * - Broker trouble rejects with `BackendUnavailableError`, which says whether the call was `not-sent` or its outcome
 *   is `unknown`; it is never a job's failure, and repeating the call with the same ids is safe. Where the broker has answered
 *   and would answer alike again, it rejects with `BackendFaultError`.
 * - What the capabilities exclude rejects with `UnsupportedOperationError`.
 * - Due moments, leases and limits go by the store's clock.
 * - Jobs move by the state table (`job-state.ts`) and no other way.
 */
export interface QueueBackend {
  readonly capabilities: Capabilities;

  /** Connects. Called once, before any other call but `declare`; again only when it rejected because nobody answered. */
  open(): Promise<void>;
  /** Lets go of every connection and timer; open calls settle first. Idempotent. */
  close(): Promise<void>;
  /** One round trip. */
  ping(): Promise<BackendInfo>;
  /** Tells what this process knows of queues; the latest word about a name holds from the next call on. */
  declare(queues: readonly QueueDefinition[]): void;

  /**
   * Adds jobs, in order.
   * The verdict of each tells whether it was created, found (same id with `repeat`, idempotency key, uniqueness),
   * changed a job that waits (`replaced`), or was refused, and then nothing of it is kept. What is not well formed (no id, no name, a number
   * that is none, a payload that is neither text nor bytes) is refused with `TASKS_VALIDATION`.
   * Dependencies may point within the batch, in any order.
   * @param options.atomic all or nothing: one refusal refuses the others with `TASKS_VALIDATION`.
   */
  enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]>;

  /**
   * Settles, then takes, in one step.
   * A taken job is `running`, its attempt and its fence are one higher. Order: priority, then fair share among keys,
   * then first in, first out. A queue's rate and concurrency are applied to the whole take.
   *
   * Fair share is start-time fair queueing (Goyal, Vin and Cheng, 1996): of two keys that both have jobs ready at one priority, neither
   * gets more than one job of each ahead of its share by weight, however many jobs the other has and whoever comes meanwhile. A job
   * has its place from the moment at which it becomes ready; one that is put back has its old place again.
   */
  claim(request: ClaimRequest): Promise<Claim>;

  /** Lengthens leases from now. `lost`: no longer held; `cancelled`: still held, and a cancel was requested. */
  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }>;

  /** Writes what running jobs say of themselves; only the holder of each can. */
  record(notes: readonly RunNote[]): Promise<Verdict[]>;

  /**
   * Leaves a named value with a job. A job that waits for the name becomes ready; one that does not yet wait finds the
   * value when it does. A value ends one wait, and is handed over ever after; the latest of a name replaces those before it.
   * A finished or unknown job ignores it.
   */
  signal(job: JobRef, name: string, value: SignalValue): Promise<void>;

  /**
   * Hands out external jobs that are ready and that nobody has published, and takes note of those that were. With it a store is the
   * ledger of a broker that moves jobs: what becomes ready here (due, retried, its dependencies met) has to be published there, and is
   * handed out again until that is confirmed.
   */
  forward(request: ForwardRequest): Promise<Forward>;

  /**
   * Does what is overdue on every declared queue: due jobs, lost leases, retention.
   * A lost lease raises the fence, counts a stall and keeps the attempt used. The first requeues at once, even when
   * no attempt is left; later ones, while attempts are left, after 2^(stalls-1) seconds, at most 60; the
   * `maxStalled`th makes a dead letter with the code `TASKS_STALLED`. With `maxStalled: 0` only the attempts decide.
   */
  recover(): Promise<Recovery>;

  /**
   * Calls `onAvailable` whenever something may have become claimable, or has to be forwarded, since the last claim on the queue, or the moment
   * that the last claim named has moved earlier. It may come too often, never too seldom; with demand 0 never.
   */
  subscribe(
    queue: string,
    options: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription;

  get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]>;
  find(query: JobQuery): Promise<Page<JobRecord>>;
  inspect(queues: readonly string[]): Promise<QueueStatus[]>;

  /**
   * A job that is not running is cancelled at once and frees its keys; a running one is marked, told by `extend`, and
   * never runs again whatever its outcome, unless it completes or fails first. Idempotent.
   */
  cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]>;
  /** Forgets jobs that are not running. Dependents take it as a failure of an unfinished one. @returns how many. */
  remove(jobs: readonly JobRef[]): Promise<number>;
  /** Removes every job of the queue in these states; `running` is left alone. @returns how many. */
  clear(queue: string, states: readonly JobState[]): Promise<number>;
  /** Hands out no job of the queue, to any process, until `resume`. What runs goes on. */
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;
  /**
   * Puts dead letters back, with their attempts and stalls at 0, their fence kept and `replays` one higher; dependents
   * that were cancelled because of it wait again.
   */
  retryDead(
    jobs: readonly JobRef[],
    patch?: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined },
  ): Promise<RetryVerdict[]>;
}

/** What one running job says of itself; what it does not say stays. */
export interface RunNote {
  readonly receipt: Receipt;
  readonly progress?: Progress | undefined;
  readonly checkpoint?: Checkpoint | undefined;
}

/** What a sweep did. */
export interface Recovery {
  /** Jobs whose lease was lost. */
  readonly recovered: number;
  /** The earliest moment at which something is due again. */
  readonly nextInMs?: Ms | undefined;
  /** As in a claim. */
  readonly ended?: readonly EndedJob[] | undefined;
}

export interface EnqueueCallOptions {
  readonly atomic?: boolean | undefined;
  readonly tx?: Transaction | undefined;
}

export type EnqueueVerdict =
  | { readonly status: 'created' | 'existing' | 'replaced'; readonly id: string }
  | { readonly status: 'refused'; readonly code: ErrorCode; readonly detail?: string };

/** `cancelled`: it is, now or since before. `requested`: it runs. `finished`: completed or failed, too late. */
export type CancelVerdict = 'cancelled' | 'requested' | 'finished' | 'unknown';

export type RetryVerdict = 'retried' | 'not-dead' | 'unknown';

/** Who answered a ping. Never holds a secret. */
export interface BackendInfo {
  readonly type: string;
  /** Of the server, with its name before it where that is not the one of the type: `Valkey 8.1.1`. */
  readonly version: string;
  /** Host, database or the like, fit to be shown. */
  readonly address?: string;
}

export interface BackendSubscription {
  /** How many jobs this process could take now; 0: none, be silent. */
  setDemand(demand: number): void;
  close(): void;
}
