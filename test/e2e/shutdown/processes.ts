import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundleApp } from '../../bundle-app.mjs';
import { type AppPlan, type Entry, readJournal } from './journal.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** No drain takes longer; a process that is still there so long after it was up hangs. */
const BOUND_MS = 30_000;
/** Nothing keeps it from its start but what else the machine does. */
const START_MS = 120_000;

/** A signal, counted from when the app is up or from when its first job runs. */
export interface Signal {
  readonly after: 'up' | 'working';
  readonly ms: number;
}

/** How one process went. */
export interface ProcessRun {
  readonly journal: readonly Entry[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said on stderr, and on stdout beside the agreed words: nothing, if all is well. */
  readonly output: string;
  readonly useProcessExit: boolean;
  /** Signals that it was sent. */
  readonly signals: number;
}

/** Starts processes of the app beside this file, signals them and gathers their journals. Several may run at once, on one broker or each on its own. */
export class Processes {
  private serial = 0;

  private constructor(private readonly folder: string) {}

  /** Builds the package, and one file of the app and all that it imports. */
  static async prepare(): Promise<Processes> {
    spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
    const folder = mkdtempSync(join(ROOT, '.reports-'));
    await bundleApp(fileURLToPath(new URL('app.ts', import.meta.url)), join(folder, 'app.mjs'));
    return new Processes(folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one to its end. Resolves also when it hangs, with what it has written until it was killed. */
  run(plan: Omit<AppPlan, 'journal'>, signals: readonly Signal[]): Promise<ProcessRun> {
    const journal = join(this.folder, `${++this.serial}.jsonl`);
    const env = { ...process.env, SHUTDOWN_PLAN: JSON.stringify({ ...plan, journal } satisfies AppPlan) };
    const child = spawn(process.execPath, [join(this.folder, 'app.mjs')], { cwd: ROOT, env });
    const timers: NodeJS.Timeout[] = [];
    const boundBy = (ms: number): unknown => timers.push(setTimeout(() => child.kill('SIGKILL'), ms));
    boundBy(START_MS);
    let output = '';
    let sent = 0;
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const due = signals.filter(({ after }) => after === line);
      if (line !== 'up' && line !== 'working') output += `${line}\n`;
      if (line === 'up') boundBy(BOUND_MS);
      for (const { ms } of due) timers.push(setTimeout(() => child.kill('SIGTERM') && sent++, ms));
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        for (const timer of timers) clearTimeout(timer);
        const { useProcessExit } = plan;
        resolve({
          journal: readJournal(readFileSync(journal, 'utf8')),
          code,
          signal,
          output,
          useProcessExit,
          signals: sent,
        });
      });
    });
  }
}
