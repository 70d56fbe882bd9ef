import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { ROOT } from './project.mjs';

/** How long a process that was asked to end may take before it is killed. */
const GRACE_MS = 5_000;
const IS_WINDOWS = process.platform === 'win32';
/** By how much what is gentle is nicer: it has a quarter of a processor that others want, too. */
const NICER = 5;

/**
 * Runs `node <args>` in a process group of its own and for a bounded time. A signal to this process goes on to the
 * group, and nothing of the group outlives it.
 *
 * @param {string[]} args
 * @param {{ boundMs: number, env?: Record<string, string>, quiet?: boolean, gentle?: boolean }} options `quiet`: keep what it prints
 * and hand it back as `output` instead of showing it; `gentle`: let others go first
 * @returns {Promise<{ code: number, timedOut: boolean, output: string }>}
 */
export function runBounded(args, { boundMs, env = {}, quiet = false, gentle = false }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      detached: !IS_WINDOWS,
    });
    if (gentle) letOthersGoFirst(child);
    let timedOut = false;
    let output = '';
    let hammer;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));

    const end = (signal) => {
      signalGroup(child, signal);
      hammer ??= setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
    };
    const killAll = () => signalGroup(child, 'SIGKILL');
    const bound = setTimeout(() => {
      timedOut = true;
      end('SIGTERM');
    }, boundMs);

    process.on('SIGINT', end).on('SIGTERM', end).on('exit', killAll);
    const finish = (code) => {
      clearTimeout(bound);
      clearTimeout(hammer);
      process.off('SIGINT', end).off('SIGTERM', end).off('exit', killAll);
      resolve({ code, timedOut, output });
    };
    child.once('error', (error) => {
      output += error.message;
      finish(1);
    });
    child.once('exit', killAll).once('close', (code) => finish(code ?? 1));
  });
}

/** Holds for whatever it starts as well. */
function letOthersGoFirst({ pid }) {
  if (pid === undefined) return;
  const nice = Math.min(19, getPriority() + NICER);
  // Linux may share the processors between sessions first: what is nice within one is not so to others.
  const session = `/proc/${pid}/autogroup`;
  try {
    setPriority(pid, nice);
    if (existsSync(session)) writeFileSync(session, String(nice));
  } catch (error) {
    // It has ended already, or may not: it is done all the same.
    if (!['ESRCH', 'ENOENT', 'EACCES', 'EPERM', 'ERR_SYSTEM_ERROR'].includes(error.code)) throw error;
  }
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (IS_WINDOWS) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}
