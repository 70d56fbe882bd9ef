import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { testSeed } from '../../lib/testing/random.js';
import { EVERY_FAULT } from './faults/every-fault.js';
import { ChaosRun } from './harness/chaos-run.js';
import { type Fault, faultsOn } from './harness/fault.js';
import { ALL_KINDS as KINDS } from './harness/kinds.js';

const USAGE = 'npm run chaos -- <broker> [--seed 7] [--minutes 1] [--only poison]';

/** Lets one fault after the other happen, as the seed says, for so many minutes. @returns the exit code */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const kind = KINDS.find(({ name }) => name === positionals[0]);
  const seed = Number(values.seed ?? testSeed());
  const minutes = Number(values.minutes);
  if (kind === undefined || !Number.isSafeInteger(seed) || !(minutes > 0)) {
    console.error(`${USAGE}\nBrokers: ${KINDS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  console.log(`${kind.name}, seed ${seed}, ${minutes} min`);
  const chosen = EVERY_FAULT.filter(({ name }) => name.includes(values.only ?? ''));
  const { there, absent } = faultsOn(kind.name, chosen);
  for (const line of absent) console.log(`  ${line}`);
  const run = await ChaosRun.start({ kind, seed, isDurable: true });
  try {
    const deadline = performance.now() + minutes * 60_000;
    let left: readonly Fault[] = [];
    while (performance.now() < deadline) {
      if (left.length === 0) left = run.random.shuffle(there);
      const [fault, ...others] = left;
      left = others;
      if (fault === undefined) break;
      await run.fire(fault);
      const note = run.faults.at(-1);
      console.log(`  ${note?.name}: ${note?.proof} (at ${note?.flow} jobs/s)`);
    }
    const report = await run.finish();
    for (const problem of report.problems) console.error(`BROKEN ${problem}`);
    console.log(run.summary(report));
    return report.lost > 0 || report.problems.length > 0 ? 1 : 0;
  } finally {
    await run.dispose();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error);
  return 1;
});
