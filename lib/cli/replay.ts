import type { Job, Ms } from '../contract/index.js';
import type { TaskQueue } from '../queue/index.js';
import { deadLetters, type DeadLetterFilter } from './dead-letters.js';
import { lengthOf } from './output/moments.js';
import type { Output } from './output/output.js';
import type { TasksSession } from './session/tasks-session.js';
import { sleepFor } from './sleep-for.js';

export interface ReplayOptions {
  /** Between one and the next; 0: as fast as it goes. */
  readonly pause: Ms;
  readonly limit: number;
  readonly delay: Ms | undefined;
  /** How many there were to be. */
  readonly total: number;
  readonly output: Output;
}

export interface Replayed {
  readonly retried: number;
  readonly isInterrupted: boolean;
}

/** With a pace, at most so often: calls of one job each are only for slow paces. */
const TICK: Ms = 100;
/** How often a person is told how far it is. */
const TOLD_EVERY: Ms = 1_000;

/**
 * Puts dead letters back, a page in one call, or with a pace in portions of a tenth of a second; oldest and newest as they are found. Ctrl+C stops it
 * between two calls: what was put back by then stays so.
 */
export async function replay(
  session: TasksSession,
  filter: DeadLetterFilter,
  { pause, limit, delay, total, output }: ReplayOptions,
): Promise<Replayed> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const size = pause === 0 ? Infinity : Math.max(1, Math.floor(TICK / pause));
  const startedAt = performance.now();
  let [retried, sent, toldAt] = [0, 0, startedAt];
  try {
    for await (const [queue, page] of deadLetters(session, filter)) {
      for (const jobs of portions(page, size)) {
        const left = jobs.slice(0, limit - sent);
        if (left.length === 0) return { retried, isInterrupted: false };
        const due = startedAt + sent * pause;
        await sleepFor(due - performance.now(), stop.signal);
        if (stop.signal.aborted) return { retried, isInterrupted: true };
        retried += await putBack(queue, left, delay);
        sent += left.length;
        if (performance.now() - toldAt < TOLD_EVERY) continue;
        toldAt = performance.now();
        const rest = pause === 0 ? '' : `, ${lengthOf((total - sent) * pause)} to go`;
        output.remark(`${retried} of ${total} retried${rest}`);
      }
    }
    return { retried, isInterrupted: false };
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function putBack(queue: TaskQueue, jobs: readonly Job[], delay: Ms | undefined): Promise<number> {
  const refs = jobs.map(({ id }) => ({ queue: queue.name, id }));
  const verdicts = await queue.backend.retryDead(refs, { delay });
  return verdicts.filter((verdict) => verdict === 'retried').length;
}

function portions<T>(items: readonly T[], size: number): (readonly T[])[] {
  if (items.length <= size) return [items];
  return Array.from({ length: Math.ceil(items.length / size) }, (_, place) =>
    items.slice(place * size, (place + 1) * size),
  );
}
