import { type BenchSize, type Measure, measured } from '../measure.js';
import { rounds } from '../subjects.js';

const TASKS = 1_000;
/** Milliseconds. */
const TARGET = 150;

/** What the module adds to the boot of an app. */
export async function* bootBench({ rounds: count }: BenchSize): AsyncIterable<Measure> {
  const { ours } = await rounds(count, TASKS, { ours: 'boot/boot' });
  for (const [figure, what] of [
    ['first', 'added to the first boot of a process by 1,000 tasks in 100 modules'],
    ['later', 'the same, median of later boots'],
  ] as const) {
    const value = ours?.(figure) ?? Number.NaN;
    yield measured({
      backend: 'boot',
      measure: what,
      unit: 'ms of processor time',
      ours: value,
      peers: {},
      raw: null,
      ratio: value,
      target: TARGET,
      better: 'lower',
    });
  }
}
