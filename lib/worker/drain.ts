import type { Clock, Ms } from '../contract/index.js';
import { TasksClosedError } from '../errors/index.js';
import type { TaskRun } from '../execution/index.js';
import type { JobFeeder } from './job-feeder.js';
import { settledWithin } from './wait.js';

/** After the signal is aborted, how long handlers get to end by themselves before their jobs are released. */
const ABORT_GRACE: Ms = 1_000;
/** How long the last settlements may take; a backend that does not answer by then lets the leases run out. */
const FLUSH_TIME: Ms = 5_000;

export interface DrainOptions {
  /** Wait for handlers that run. False: abort them at once. */
  readonly drain: boolean;
  /** How long to wait for them. */
  readonly timeout: Ms;
  /** Settled when there is no more time to wait: somebody asked for an abort meanwhile. */
  readonly hurry: Promise<unknown>;
}

/** What became of what was in hand. */
export interface DrainResult {
  /** Jobs that had to be aborted and given back. */
  readonly released: number;
  /** Jobs whose end the backend did not take note of; they run again when their leases are over. */
  readonly unsettled: number;
}

/**
 * Ends the work in hand: claim no more, let what runs finish, abort what is left when the time is over, and give it back
 * without an attempt counted. What a claim under way still brings is given back unstarted. The feeders are closed afterwards.
 * Where nothing runs any more, the backend alone is waited for, and that for `FLUSH_TIME`: one that is gone would use up the time of
 * handlers, and nobody's work depends on it.
 */
export async function drain(
  feeders: readonly JobFeeder[],
  options: DrainOptions,
  clock: Clock,
): Promise<DrainResult> {
  for (const feeder of feeders) feeder.quiesce();
  const idle = Promise.all(feeders.map((feeder) => feeder.whenIdle()));
  const quiet = Promise.all(feeders.map((feeder) => feeder.whenQuiet()));
  if (options.drain) await settledWithin(Promise.race([quiet, options.hurry]), options.timeout, clock);
  const released = await abort(feeders, idle, clock);
  const unsettled = feeders.reduce((sum, feeder) => sum + feeder.inHand.size, 0);
  for (const feeder of feeders) feeder.close();
  return { released, unsettled };
}

/** @returns how many were given back */
async function abort(feeders: readonly JobFeeder[], idle: Promise<unknown>, clock: Clock): Promise<number> {
  if (feeders.every((feeder) => feeder.isIdle)) return 0;
  const reason = new TasksClosedError('The worker is shutting down.');
  const runs = feeders.flatMap((feeder) => feeder.inHand.all().filter((run) => !run.isOver));
  for (const run of runs) run.abort(reason);
  if (runs.length > 0) await settledWithin(idle, ABORT_GRACE, clock);
  for (const run of runs) run.interrupt(reason);
  for (const feeder of feeders) feeder.hurry();
  await settledWithin(idle, FLUSH_TIME, clock);
  return runs.filter((run) => wasReleased(run, reason)).length;
}

function wasReleased(run: TaskRun, reason: Error): boolean {
  return run.isOver && run.error === reason;
}
