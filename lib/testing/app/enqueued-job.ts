import type { Ms, NewJob } from '../../contract/index.js';

/** A call that was enqueued, as it was when its backend accepted it. */
export interface EnqueuedJob<P = unknown> {
  readonly id: string;
  /** Name of its task. */
  readonly name: string;
  readonly queue: string;
  /** As the codec carries it: with JSON a `Date` is a text. */
  readonly payload: P;
  readonly priority: number;
  readonly maxRetries: number;
  /** 0: at once. */
  readonly delay: Ms;
  /** When it is due, on the clock of the test. */
  readonly runAt: Date;
  /** Ids of the jobs that it waits for. */
  readonly dependsOn: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** @param at When it was accepted, epoch milliseconds. */
export function enqueuedJob(job: NewJob, payload: unknown, at: number): EnqueuedJob {
  const { id, name, queue, priority, maxRetries, delay = 0, headers = {} } = job;
  return {
    id,
    name,
    queue,
    payload,
    priority,
    maxRetries,
    delay,
    runAt: new Date(at + delay),
    dependsOn: job.dependsOn?.jobs.map((parent) => parent.id) ?? [],
    headers,
  };
}
