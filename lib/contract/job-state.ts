/** Every state that a job can be in. The public name of the type is {@link JobStatus}. */
export const JOB_STATES = [
  'pending',
  'scheduled',
  'waiting',
  'running',
  'retrying',
  'completed',
  'failed',
  'cancelled',
] as const;

export type JobState = (typeof JOB_STATES)[number];

/** Why a `pending` job is not handed out although nothing else is missing. */
export type PendingReason = 'paused' | 'key-concurrency' | 'key-rate';

/** What each state means; the docs page of states is generated from here. */
export const STATE_MEANINGS: Readonly<Record<JobState, string>> = {
  pending: 'Ready to run, or parked with a reason (`paused`, `key-concurrency`, `key-rate`).',
  scheduled: 'Due at a later moment.',
  waiting: 'Waits for the jobs that it depends on, or for a signal.',
  running: 'Handed to a worker that holds its lease.',
  retrying: 'An attempt was lost or failed; due again after its backoff.',
  completed: 'Finished; its result is kept for a while.',
  failed: 'Finished as a dead letter: it is not tried again without a person.',
  cancelled: 'Finished by a cancel, or because a job that it depends on failed.',
};

/** One legal move of a job and what causes it. `from: null` is a new job, `to: null` one that is removed. */
export interface StateMove {
  readonly from: JobState | null;
  readonly to: JobState | null;
  readonly cause: string;
}

/** The state table: every backend makes these moves and no others. */
export const STATE_MOVES: readonly StateMove[] = [
  { from: null, to: 'pending', cause: 'enqueued' },
  { from: null, to: 'scheduled', cause: 'enqueued with a delay, or debounced' },
  { from: null, to: 'waiting', cause: 'enqueued with unfinished dependencies' },
  {
    from: null,
    to: 'cancelled',
    cause: 'enqueued with a dependency that has failed already (policy `fail`)',
  },
  { from: 'pending', to: 'running', cause: 'claimed' },
  { from: 'pending', to: 'scheduled', cause: 'replaced by a job with a delay' },
  { from: 'pending', to: 'cancelled', cause: 'cancelled' },
  { from: 'scheduled', to: 'pending', cause: 'due, or replaced by a job without a delay' },
  { from: 'scheduled', to: 'cancelled', cause: 'cancelled' },
  { from: 'waiting', to: 'pending', cause: 'dependencies met, or the awaited signal arrived' },
  { from: 'waiting', to: 'scheduled', cause: 'dependencies met before the delay is over' },
  { from: 'waiting', to: 'cancelled', cause: 'cancelled, or a dependency failed (policy `fail`)' },
  { from: 'running', to: 'completed', cause: 'settled as completed' },
  { from: 'running', to: 'retrying', cause: 'settled as retry, or a later lease lost' },
  { from: 'running', to: 'pending', cause: 'released, retried at once, or the first lease lost' },
  { from: 'running', to: 'scheduled', cause: 'released until a later moment' },
  { from: 'running', to: 'waiting', cause: 'released until a signal arrives' },
  { from: 'running', to: 'failed', cause: 'settled as failed, or stalled too often' },
  {
    from: 'running',
    to: 'cancelled',
    cause: 'settled as cancelled, or given back after a cancel was requested',
  },
  { from: 'retrying', to: 'pending', cause: 'backoff over, or replaced by a job without a delay' },
  { from: 'retrying', to: 'scheduled', cause: 'replaced by a job with a delay' },
  { from: 'retrying', to: 'cancelled', cause: 'cancelled' },
  { from: 'failed', to: 'pending', cause: 'dead letter retried' },
  { from: 'failed', to: 'scheduled', cause: 'dead letter retried with a delay' },
  { from: 'cancelled', to: 'waiting', cause: 'the failed dependency that cancelled it was retried' },
  { from: 'pending', to: null, cause: 'removed' },
  { from: 'scheduled', to: null, cause: 'removed' },
  { from: 'waiting', to: null, cause: 'removed' },
  { from: 'retrying', to: null, cause: 'removed' },
  { from: 'completed', to: null, cause: 'removed, or retention over' },
  { from: 'failed', to: null, cause: 'removed, or retention over' },
  { from: 'cancelled', to: null, cause: 'removed, or retention over' },
];

/** Whether the state table allows the move. */
export function isLegalMove(from: JobState | null, to: JobState | null): boolean {
  return STATE_MOVES.some((move) => move.from === from && move.to === to);
}

/** Whether a job in this state will never run again by itself. */
export function isFinished(state: JobState): state is 'completed' | 'failed' | 'cancelled' {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

/** Whether a job in this state counts against a queue's `maxSize`: neither running nor finished. */
export function isQueued(state: JobState): boolean {
  return !isFinished(state) && state !== 'running';
}
