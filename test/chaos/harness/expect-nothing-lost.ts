import { expect, onTestFinished } from 'vitest';
import { testSeed } from '../../../lib/testing/random.js';
import { ChaosRun, type RunOptions } from './chaos-run.js';
import type { Report } from './check.js';
import { type Fault, faultsOn } from './fault.js';

/** How long the test of one run may take, in ms. */
export const RUN_BOUND_MS = 300_000;
const END_BOUND_MS = 60_000;

/** One run: jobs flow, the faults happen one after the other, and everything is accounted for. @returns what became of it */
export async function expectNothingLost(
  options: Omit<RunOptions, 'seed'>,
  faults: readonly Fault[],
): Promise<{ readonly run: ChaosRun; readonly report: Report }> {
  const seed = testSeed();
  console.log(`TASKS_TEST_SEED=${seed}`);
  const run = await ChaosRun.start({ ...options, seed });
  onTestFinished(() => run.dispose(), END_BOUND_MS);
  const { there, absent } = faultsOn(options.kind.name, faults);
  for (const line of absent) console.log(`  ${line}`);
  for (const fault of there) {
    await run.fire(fault);
    const note = run.faults.at(-1);
    console.log(`  ${note?.name}: ${note?.proof} (at ${note?.flow} jobs/s)`);
  }
  const report = await run.finish();
  console.log(run.summary(report));
  expect(report.problems).toEqual([]);
  expect(report.lost).toBe(0);
  return { run, report };
}
