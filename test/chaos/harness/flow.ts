import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.js';

/** Of the jobs that are enqueued in a second so many have to come in and go out, for a fault to be worth something. */
const LEAST_PART = 5 / 8;
const WINDOW_MS = 1_000;
const LOOK_MS = 100;
const BOUND_MS = 60_000;

/** Jobs a second that came in and went out over the last second: the lesser of both. */
export interface Flow {
  readonly accepted: number;
  readonly done: number;
}

/** Waits until jobs flow. @throws when they do not within a minute */
export async function flowing(fleet: Fleet, rate: number): Promise<Flow> {
  const least = rate * LEAST_PART;
  let seen: Flow = { accepted: 0, done: 0 };
  const samples: { readonly at: number; readonly accepted: number; readonly done: number }[] = [];
  for (const deadline = performance.now() + BOUND_MS; performance.now() < deadline; await sleep(LOOK_MS)) {
    const now = { at: performance.now(), ...fleet.total };
    samples.push(now);
    const [first = now] = samples;
    if (now.at - first.at < WINDOW_MS) continue;
    samples.shift();
    const seconds = (now.at - first.at) / 1_000;
    seen = { accepted: (now.accepted - first.accepted) / seconds, done: (now.done - first.done) / seconds };
    if (Math.min(seen.accepted, seen.done) >= least) return seen;
  }
  throw new Error(
    `Only ${Math.round(seen.accepted)} jobs a second came in and ${Math.round(seen.done)} went out.`,
  );
}
