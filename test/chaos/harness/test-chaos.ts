import { expect, it } from 'vitest';
import { testSeed } from '../../../lib/testing/random.js';
import { ChaosRun, type RunOptions } from './chaos-run.js';
import type { Report } from './check.js';
import type { Fault } from './fault.js';

const BOUND_MS = 180_000;

/** One run: jobs flow, the faults happen one after the other, and everything is accounted for. */
export function testChaos(
  name: string,
  options: Omit<RunOptions, 'seed'>,
  faults: readonly Fault[],
  andThen: (run: ChaosRun, report: Report) => void | Promise<void> = () => undefined,
  boundMs = BOUND_MS,
): void {
  it(
    `loses nothing: ${name}`,
    async () => {
      const seed = testSeed();
      console.log(`TASKS_TEST_SEED=${seed}`);
      const run = await ChaosRun.start({ ...options, seed });
      try {
        for (const fault of faults) await run.fire(fault);
        const report = await run.finish();
        console.log(
          [
            run.summary(report),
            ...run.faults.map(({ name, proof, flow }) => `  ${name}: ${proof} (at ${flow} jobs/s)`),
          ].join('\n'),
        );
        expect(report.problems).toEqual([]);
        expect(report.lost).toBe(0);
        await andThen(run, report);
      } finally {
        await run.dispose();
      }
    },
    boundMs,
  );
}
