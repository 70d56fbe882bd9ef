import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { ensureInstalled } from './ensure-install.mjs';
import { commandOf, inRoot, isEntry } from './support/project.mjs';
import { runBounded } from './support/run-bounded.mjs';
import { findSample, listSamples } from './support/samples.mjs';

const COMPILE_BOUND_MS = 120_000;
const RUN_BOUND_MS = 120_000;
const TEST_BOUND_MS = 120_000;
/** On top of what `--serve` may last: to start and to close. */
const SERVE_MARGIN_MS = 30_000;
const SERVE_FOR = '10m';

/**
 * Compiles a sample against dist/, as an app would that has installed the package, and runs it for a bounded time;
 * then its tests, if it has some. With `--serve` the bound is what `--for` says (default 10 minutes).
 * @returns {Promise<number>} its exit code, 0 or 1
 */
export async function runSample(sample, args = []) {
  ensureInstalled();
  if (!(await build())) return 1;
  const compiled = await runBounded([commandOf('typescript', 'tsc'), '-b', inRoot(sample.folder)], {
    boundMs: COMPILE_BOUND_MS,
  });
  if (compiled.code !== 0) return 1;

  const boundMs = await boundOf(args);
  const { code, timedOut } = await runBounded([inRoot(sample.folder, 'dist', 'main.js'), ...args], {
    boundMs,
  });
  if (timedOut) console.error(`${sample.folder} was ended: it did not finish within ${boundMs / 1000} s.`);
  return code === 0 && !timedOut ? runTests(sample) : 1;
}

/** A sample that has tests has a configuration of vitest. */
async function runTests({ folder }) {
  if (!existsSync(inRoot(folder, 'vitest.config.ts'))) return 0;
  const args = [commandOf('vitest'), 'run', '--root', inRoot(folder)];
  const { code, timedOut } = await runBounded(args, { boundMs: TEST_BOUND_MS });
  return code === 0 && !timedOut ? 0 : 1;
}

async function boundOf(args) {
  if (!args.includes('--serve')) return RUN_BOUND_MS;
  const { default: ms } = await import('ms');
  const place = args.indexOf('--for');
  const given = place === -1 ? SERVE_FOR : args[place + 1];
  return (ms(given ?? '') ?? 0) + SERVE_MARGIN_MS;
}

async function main([wanted, ...args]) {
  if (wanted === undefined) {
    console.log('npm run sample -- <number> [its options]\n');
    for (const { number, description } of listSamples()) console.log(`  ${number}  ${description}`);
    return 0;
  }
  const sample = findSample(wanted);
  if (sample !== undefined) return runSample(sample, args);
  console.error(
    `There is no sample "${wanted}": ${listSamples()
      .map(({ folder }) => folder)
      .join(', ')}.`,
  );
  return 1;
}

if (isEntry(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
