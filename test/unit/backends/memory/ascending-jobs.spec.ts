import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AscendingJobs } from '../../../../lib/backends/memory/ascending-jobs.js';
import { COMPLETED, FAILED } from '../../../../lib/backends/memory/state-code.js';
import type { JobEntry } from '../../../../lib/backends/memory/job-entry.js';
import { TOMBSTONE_TTL } from '../../../../lib/contract/index.js';
import { anEntry, aQueue } from './an-entry.js';

const seed = Number(process.env['TASKS_TEST_SEED'] ?? Date.now() % 1_000_000);
const idOf = (number: number) => `id-${String(number).padStart(8, '0')}`;

function stage(tombstoneMax: number) {
  const queue = aQueue();
  const jobs = new AscendingJobs(tombstoneMax);
  let last = 0;
  const append = () => {
    const entry = anEntry(queue, { id: idOf(++last) });
    entry.state = COMPLETED;
    jobs.append(entry);
    return entry;
  };
  return { jobs, append };
}

describe('jobs with ascending ids', () => {
  it('are found among many, dropped and buried ones between them', () => {
    const { jobs, append } = stage(1_000);
    const all = Array.from({ length: 9_000 }, append);
    const left = all.filter((entry, place) => {
      if (place % 3 === 0) jobs.drop(entry.place);
      else if (place % 3 === 1) jobs.bury(entry, 0);
      return place % 3 === 2;
    });
    expect(left.every((entry) => jobs.get(entry.id) === entry)).toBe(true);
    expect([...jobs.values()]).toEqual(left);
    expect(jobs.tombstoneCount).toBe(1_000);
  });

  it('leave tombstones that know the outcome, for an hour', () => {
    const { jobs, append } = stage(10);
    const [first, second] = [append(), append()];
    first.state = FAILED;
    jobs.bury(first, 100);
    jobs.bury(second, 200);
    expect([jobs.outcomeOf(first.id), jobs.outcomeOf(second.id)]).toEqual([FAILED, COMPLETED]);
    expect(jobs.nextAt()).toBe(100 + TOMBSTONE_TTL);
    jobs.expire(100 + TOMBSTONE_TTL);
    expect([jobs.outcomeOf(first.id), jobs.outcomeOf(second.id)]).toEqual([undefined, COMPLETED]);
  });

  it('are forgotten once, however often that is said', () => {
    const { jobs, append } = stage(10);
    const [first, second, third] = [append(), append(), append()];
    const { place } = first;
    jobs.bury(first, 100);
    for (let time = 0; time < 3; time++) jobs.drop(place);
    jobs.bury(second, 200);
    jobs.drop(-1);
    expect(jobs.tombstoneCount).toBe(1);
    jobs.expire(300 + TOMBSTONE_TTL);
    expect([jobs.tombstoneCount, jobs.nextAt(), jobs.get(third.id)]).toEqual([0, Infinity, third]);
  });

  it('take no more room than what is left of them asks for', () => {
    const { jobs, append } = stage(100);
    const old = append();
    for (let count = 0; count < 50_000; count++) jobs.bury(append(), 0);
    const { kept } = jobs as unknown as { kept: unknown[] };
    expect(kept.length).toBeLessThan(4_000);
    expect(jobs.get(old.id)).toBe(old);
  });

  it(`agree with a map, whatever is done in whatever order (seed ${seed})`, () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('append', 'append', 'bury', 'drop', 'expire'), fc.nat()),
      {
        minLength: 200,
        maxLength: 6_000,
        size: 'max',
      },
    );
    const agrees = (given: readonly (readonly [string, number])[]) => {
      const { jobs, append } = stage(50);
      const alive: JobEntry[] = [];
      const tombs: { id: string; at: number }[] = [];
      let now = 0;
      for (const [step, choice] of given) {
        now += 1_000;
        const [entry] = alive.length === 0 || step === 'append' ? [] : alive.splice(choice % alive.length, 1);
        if (step === 'expire') {
          if (entry !== undefined) alive.push(entry);
          jobs.expire(now);
        } else if (entry === undefined) {
          alive.push(append());
        } else if (step === 'drop') {
          jobs.drop(entry.place);
        } else {
          if (tombs.length === 50) tombs.shift();
          jobs.bury(entry, now);
          tombs.push({ id: entry.id, at: now });
        }
        if (step === 'expire') while ((tombs[0]?.at ?? Infinity) + TOMBSTONE_TTL <= now) tombs.shift();
      }
      return (
        alive.every((entry) => jobs.get(entry.id) === entry) &&
        tombs.every(({ id }) => jobs.outcomeOf(id) === COMPLETED && jobs.get(id) === undefined) &&
        jobs.tombstoneCount === tombs.length &&
        [...jobs.values()].length === alive.length
      );
    };
    fc.assert(fc.property(steps, agrees), { seed, numRuns: 60 });
  });
});
