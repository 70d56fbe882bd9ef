import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SeenSpan } from '../operations/start-tracing.js';

const APP = fileURLToPath(new URL('../app.js', import.meta.url));
const START_BOUND_MS = 30_000;
const STOP_BOUND_MS = 20_000;
const POLL_MS = 50;
const POLL_BOUND_MS = 20_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A process of the shop, with its operator's token. */
export class ShopProcess {
  /** All that its exporter has told. */
  readonly spans: SeenSpan[] = [];
  private readonly child: ChildProcess;
  private url = '';

  constructor(
    variables: Readonly<Record<string, string>>,
    private readonly token: string,
  ) {
    this.child = fork(APP, [], {
      env: { ...process.env, ...variables, OPERATIONS_TOKEN: token },
      // A server that saves nothing will do here, and each process would warn of it.
      execArgv: ['--disable-warning=TasksWarning'],
    });
    process.once('exit', () => this.child.kill('SIGKILL'));
    this.child.on('message', (message) => {
      const { spans = [], url = this.url } = message as { spans?: SeenSpan[]; url?: string };
      this.spans.push(...spans);
      this.url = url;
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  async untilServed(): Promise<void> {
    const signal = AbortSignal.timeout(START_BOUND_MS);
    const ended = once(this.child, 'exit', { signal }).then(([code]) => {
      throw new Error(`The shop ended before it served, with ${code}.`);
    });
    ended.catch(() => undefined);
    while (this.url === '') await Promise.race([once(this.child, 'message', { signal }), ended]);
  }

  async get(path: string, token: string | undefined = this.token): Promise<Answer> {
    const response = await fetch(`${this.url}/${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(POLL_BOUND_MS),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Asks again until the answer is good. @returns the last one, also when it never was within 20 s */
  async until(path: string, isGood: (answer: Answer) => boolean): Promise<Answer> {
    for (const deadline = Date.now() + POLL_BOUND_MS; ; await sleep(POLL_MS)) {
      const answer = await this.get(path);
      if (isGood(answer) || Date.now() > deadline) return answer;
    }
  }

  async order(order: {
    readonly id: string;
    readonly to: string;
    readonly packing?: number;
  }): Promise<string> {
    const response = await fetch(`${this.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    if (!response.ok) throw new Error(`The order was answered with ${response.status}.`);
    return ((await response.json()) as { job: string }).job;
  }

  /** Tells it to end, as an orchestrator does. */
  terminate(): void {
    this.child.kill('SIGTERM');
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** @returns its exit code; null when a signal ended it */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await once(this.child, 'exit', { signal: AbortSignal.timeout(STOP_BOUND_MS) });
    return this.child.exitCode;
  }
}
