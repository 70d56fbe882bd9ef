import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../app.js', import.meta.url));
const STOP_BOUND_MS = 20_000;

/** A process of the app. */
export class AppProcess {
  isLeading = false;
  private readonly child: ChildProcess;

  constructor(variables: Readonly<Record<string, string>>) {
    this.child = fork(APP, [], {
      env: { ...process.env, ...variables },
      // A server that saves nothing will do here, and each process would warn of it.
      execArgv: ['--disable-warning=TasksWarning'],
    });
    process.once('exit', () => this.child.kill('SIGKILL'));
    this.child.on('message', (message) => {
      this.isLeading = (message as { leading: boolean }).leading;
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** As a crash would end it. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** As an operator would end it. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.isLeading = false;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit', { signal: AbortSignal.timeout(STOP_BOUND_MS) });
    this.child.kill(signal);
    await exited;
  }
}
