import { expect, onTestFinished } from 'vitest';
import { testSeed } from '../../../lib/testing/random.js';
import { ChaosRun, type RunOptions } from './chaos-run.js';
import type { Report } from './check.js';
import type { Fault } from './fault.js';

/** How long the test of one run may take, in ms. */
export const RUN_BOUND_MS = 180_000;

/** One run: jobs flow, the faults happen one after the other, and everything is accounted for. @returns what became of it */
export async function expectNothingLost(
  options: Omit<RunOptions, 'seed'>,
  faults: readonly Fault[],
): Promise<{ readonly run: ChaosRun; readonly report: Report }> {
  const seed = testSeed();
  console.log(`TASKS_TEST_SEED=${seed}`);
  const run = await ChaosRun.start({ ...options, seed });
  onTestFinished(() => run.dispose());
  for (const fault of faults) await run.fire(fault);
  const report = await run.finish();
  const notes = run.faults.map(({ name, proof, flow }) => `  ${name}: ${proof} (at ${flow} jobs/s)`);
  console.log([run.summary(report), ...notes].join('\n'));
  expect(report.problems).toEqual([]);
  expect(report.lost).toBe(0);
  return { run, report };
}
