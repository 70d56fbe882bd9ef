import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { build } from './build.mjs';
import { commandOf, inRoot, isEntry } from './support/project.mjs';
import { runBounded } from './support/run-bounded.mjs';

const COMPILE_BOUND_MS = 120_000;
const RUN_BOUND_MS = 3_600_000;

/**
 * Builds the library and the benchmarks, installs the peers (below bench/ alone), and runs what is asked for:
 * `npm run bench -- memory redis [--quick] [--json]`.
 * @returns {Promise<number>} exit code
 */
async function bench(args) {
  if (!(await build()) || !installPeers()) return 1;
  const compile = [commandOf('typescript', 'tsc'), '-p', inRoot('bench')];
  if ((await runBounded(compile, { boundMs: COMPILE_BOUND_MS })).code !== 0) return 1;
  const { code } = await runBounded([inRoot('bench', 'dist', 'main.js'), ...args], { boundMs: RUN_BOUND_MS });
  return code;
}

function installPeers() {
  const folder = inRoot('bench', 'peers');
  const installed = writtenAt(inRoot('bench', 'peers', 'node_modules', '.package-lock.json'));
  if (installed >= writtenAt(inRoot('bench', 'peers', 'package-lock.json'))) return true;
  console.error('Installing the peers that are measured beside ours, below bench/peers: npm ci');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return status === 0;
}

/** @returns {number} milliseconds since 1970; 0 when there is no such file */
function writtenAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (isEntry(import.meta.url)) process.exitCode = await bench(process.argv.slice(2));
