import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../app.js', import.meta.url));
const START_BOUND_MS = 30_000;
const STOP_BOUND_MS = 15_000;

/** A process of the app, with these variables on top of this process's own. */
export class AppProcess {
  /** The address that it serves at, once it does; rejects when it ends before. */
  readonly url: Promise<string>;
  private readonly child: ChildProcess;

  constructor(variables: Readonly<Record<string, string>>) {
    this.child = fork(APP, [], {
      env: { ...process.env, ...variables },
      // A server that saves nothing will do here, and each process would warn of it.
      execArgv: ['--disable-warning=TasksWarning'],
    });
    process.once('exit', () => this.child.kill('SIGKILL'));
    this.url = this.untilServed();
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Ends it as an operator would. @returns its exit code; `null` when a signal ended it */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends it in the middle of what it does, as a crash would. */
  kill(): Promise<number | null> {
    return this.end('SIGKILL');
  }

  private async untilServed(): Promise<string> {
    const signal = AbortSignal.timeout(START_BOUND_MS);
    const served = once(this.child, 'message', { signal });
    const ended = once(this.child, 'exit', { signal }).then(([code]) => {
      throw new Error(`A process of the app ended before it served, with ${code}.`);
    });
    const [message] = (await Promise.race([served, ended])) as [{ url: string }];
    return message.url;
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit', { signal: AbortSignal.timeout(STOP_BOUND_MS) });
      this.child.kill(signal);
      await exited;
    }
    return this.child.exitCode;
  }
}
