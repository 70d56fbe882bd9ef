import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a server may take to answer after it was started. */
const START_BOUND_MS = 90_000;
/** How long one may take to end by itself. */
const STOP_BOUND_MS = 10_000;
const POLL_MS = 25;

/** A port that nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A folder that is removed when this process ends, or by `dispose`. */
export function temporaryFolder(name) {
  const path = mkdtempSync(join(tmpdir(), `tasks-${name}-`));
  const dispose = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', dispose);
  return {
    path,
    dispose: () => {
      process.off('exit', dispose);
      dispose();
    },
  };
}

/**
 * One server process of ours: it dies with this one, and can be frozen, killed and started again on the same data.
 *
 * @param {{ command: string, args: readonly string[], isUp: () => Promise<boolean>, account?: { uid: number, gid: number },
 * endSignal?: NodeJS.Signals }} options `account`: whom it runs as, where that is not this process's; `endSignal`: how it is asked to
 * end, default SIGTERM
 */
export class ChildServer {
  #options;
  #child;
  #output = '';
  #killOnExit = () => this.#child?.kill('SIGKILL');

  constructor(options) {
    this.#options = options;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** The end of what it has printed. */
  get output() {
    return this.#output;
  }

  /** Starts it, and waits until it answers. */
  async start() {
    const { command, args, isUp, account } = this.#options;
    const child = spawn(command, args, { ...account, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let ended;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended ??= `it ended with ${code ?? signal}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => (this.#output = `${this.#output}${text}`.slice(-8_000)));
    }
    process.once('exit', this.#killOnExit);
    const deadline = Date.now() + START_BOUND_MS;
    while (!(await isUp())) {
      if (ended !== undefined || Date.now() > deadline) {
        await this.kill();
        throw new Error(`${command} did not start (${ended ?? 'it does not answer'}):\n${this.#output}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop() {
    await this.end(this.#options.endSignal ?? 'SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill() {
    await this.end('SIGKILL');
  }

  /** Stops it in the middle of whatever it does: connections stay open and nobody answers. */
  freeze() {
    this.#child?.kill('SIGSTOP');
  }

  thaw() {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it with a signal, and waits until it has ended. */
  async end(signal) {
    const child = this.#child;
    this.#child = undefined;
    process.off('exit', this.#killOnExit);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    child.kill('SIGCONT');
    const hammer = setTimeout(() => child.kill('SIGKILL'), STOP_BOUND_MS);
    await exited;
    clearTimeout(hammer);
  }
}
