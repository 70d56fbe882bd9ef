import type { Checkpoint, JobRef, JobState, Ms, NewJob, Payload, Receipt } from '../../contract/index.js';
import type { ModelLane } from './model-lane.js';
import { ModelSignals } from './model-signals.js';

/** One job as the model knows it: only what the contract says, computed in the plainest way. */
export interface ModelJob {
  readonly ref: JobRef;
  readonly lane: ModelLane;
  readonly given: NewJob;
  /** Moments are milliseconds since the model began. */
  readonly createdAt: Ms;
  state: JobState | 'removed';
  payload: NewJob['payload'];
  priority: number;
  attempt: number;
  stalls: number;
  replays: number;
  fence: bigint;
  dueAt: Ms | undefined;
  /** After a lost lease: due between these, depending on when the store noticed. Settled by the next look. */
  dueBetween: readonly [Ms, Ms] | undefined;
  leaseUntil: Ms | undefined;
  /** Its place among jobs of its priority; undefined where the contract does not name one. */
  rank: number | undefined;
  /** Let in by the limits of its key; asked of pending jobs, since what runs was. */
  admitted: boolean;
  cancelReason: string | undefined;
  readonly signals: ModelSignals;
  /** The signal that it waits for. */
  awaits: string | undefined;
  readonly parents: readonly ModelParent[];
  result: Payload | undefined;
  /** What its runs left for the next one. */
  checkpoint: Checkpoint | undefined;
}

/** A job that another depends on: not ended yet, ended so that the other may run, or so that it may not. */
export interface ModelParent {
  readonly job: ModelJob;
  status: 'open' | 'met' | 'failed';
}

/** One claim of one job, by whose receipt a worker speaks. */
export interface ModelRun {
  readonly job: ModelJob;
  readonly receipt: Receipt;
  status: 'held' | 'settled' | 'lost';
}

/** A job that has just been accepted, in no place yet. */
export function newModelJob(
  lane: ModelLane,
  given: NewJob,
  createdAt: Ms,
  parents: readonly ModelParent[],
): ModelJob {
  return {
    ref: { queue: given.queue, id: given.id },
    lane,
    given,
    createdAt,
    state: 'pending',
    payload: given.payload,
    priority: given.priority,
    attempt: 0,
    stalls: 0,
    replays: 0,
    fence: -1n,
    dueAt: undefined,
    dueBetween: undefined,
    leaseUntil: undefined,
    rank: undefined,
    admitted: false,
    cancelReason: undefined,
    signals: new ModelSignals(),
    awaits: undefined,
    parents,
    result: undefined,
    checkpoint: undefined,
  };
}

export function isUnfinished(job: ModelJob): boolean {
  return job.state !== 'removed' && !['completed', 'failed', 'cancelled'].includes(job.state);
}

/** Whether another run is within its retries. */
export function hasAttempts(job: ModelJob): boolean {
  return job.attempt <= job.given.maxRetries;
}
