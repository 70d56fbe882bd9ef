import { OUT } from '../test/chaos/harness/out.mjs';
import { transpile } from '../test/chaos/harness/transpile.mjs';
import { build } from './build.mjs';
import { runBounded } from './support/run-bounded.mjs';
import { isEntry } from './support/project.mjs';

const RUN_BOUND_MS = 24 * 3_600_000;

/**
 * Lets a broker and the processes around it fail under load, and accounts for every job:
 * `npm run chaos -- redis --seed 7 --minutes 1`.
 * @returns {Promise<number>} exit code: 1 when a job was lost or an invariant does not hold
 */
async function chaos(args) {
  if (!(await build())) return 1;
  await transpile();
  const { code } = await runBounded([`${OUT}/chaos/main.js`, ...args], { boundMs: RUN_BOUND_MS });
  return code;
}

if (isEntry(import.meta.url)) process.exitCode = await chaos(process.argv.slice(2));
