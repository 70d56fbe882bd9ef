import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildSettings, Order, Pulse } from '../processes/settings.js';
import { OUT } from './out.mjs';

const START_BOUND_MS = 120_000;
const OUTPUT_KEPT = 4_000;

/** A `solo` is both, with its database in itself. */
export type Role = 'worker' | 'producer' | 'solo';

/** How a child ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of a run. */
export class ChaosChild {
  pulse: Pulse = { accepted: 0, done: 0, heapUsed: 0, handles: 0 };
  output = '';
  readonly ready: Promise<void>;
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;

  constructor(
    readonly role: Role,
    readonly settings: ChildSettings,
  ) {
    this.child = fork(join(OUT, 'chaos', 'processes', `${role}.js`), {
      env: { ...process.env, CHAOS_SETTINGS: JSON.stringify(settings) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.exited = new Promise(
      (resolve) => void this.child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (text) => (this.output = `${this.output}${text}`.slice(-OUTPUT_KEPT)));
    this.ready = this.start();
    this.ready.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whether the kernel has stopped it (SIGSTOP). */
  get isFrozen(): boolean {
    return this.isAlive && stateOf(this.pid) === 'T';
  }

  tell(order: Order): void {
    if (this.child.connected) this.child.send(order, () => undefined);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }

  private start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error(`${this.settings.name} did not start:\n${this.output}`));
      const timer = setTimeout(fail, START_BOUND_MS);
      this.child.once('exit', fail);
      this.child.on('message', (message) => {
        clearTimeout(timer);
        if (message === 'ready') resolve();
        else this.pulse = message as Pulse;
      });
    });
  }
}

function stateOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).charAt(0);
}
