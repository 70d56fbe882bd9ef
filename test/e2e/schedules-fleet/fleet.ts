import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleApp } from '../../bundle-app.mjs';
import type { FleetPlan, FleetWord } from './app.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 60_000;

/** The app beside this file as one file of JavaScript, on the package as it is built. */
export class FleetApp {
  private constructor(private readonly folder: string) {}

  static async prepare(): Promise<FleetApp> {
    spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
    const folder = mkdtempSync(join(ROOT, '.reports-'));
    await bundleApp(fileURLToPath(new URL('app.ts', import.meta.url)), join(folder, 'app.mjs'));
    return new FleetApp(folder);
  }

  start(plan: FleetPlan): FleetProcess {
    return new FleetProcess(join(this.folder, 'app.mjs'), plan);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One process of a fleet, to be killed, frozen and ended. */
export class FleetProcess {
  isLeading = false;
  output = '';
  readonly up: Promise<void>;
  private readonly child: ChildProcess;

  constructor(file: string, plan: FleetPlan) {
    this.child = spawn(process.execPath, ['--disable-warning=TasksWarning', file], {
      cwd: ROOT,
      env: { ...process.env, FLEET_PLAN: JSON.stringify(plan) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (text) => (this.output += String(text)));
    this.child.on('message', (word) => (this.isLeading = (word as FleetWord).leading));
    const signal = AbortSignal.timeout(START_MS);
    const ended = once(this.child, 'exit', { signal }).then(() => Promise.reject(new Error('it ended')));
    this.up = Promise.race([once(this.child, 'message', { signal }), ended]).then(
      () => undefined,
      (cause: unknown) => {
        throw new Error(`A process did not start:\n${this.output}`, { cause });
      },
    );
    ended.catch(() => undefined);
    this.up.catch(() => undefined);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** As a crash would end it. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As an orchestrator would. @returns its exit code */
  async stop(): Promise<number | null> {
    await this.end('SIGTERM');
    return this.child.exitCode;
  }

  /** Stops it in its tracks, and lets it go on: until it hears better it believes that it leads. */
  async freeze(ms: number): Promise<void> {
    this.child.kill('SIGSTOP');
    await sleep(ms);
    this.child.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.isLeading = false;
    if (!this.isAlive) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}
