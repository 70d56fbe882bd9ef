import type { TaskJob } from '../../../lib/contract/index.js';
import type { InterruptibleContext, RunLogger } from '../../../lib/middleware/index.js';

/** A context as middleware sees it, with what a test wants of it. */
export function aContext(
  job: Partial<TaskJob> = {},
  rest: Partial<InterruptibleContext> = {},
): InterruptibleContext {
  const whole: TaskJob = {
    id: 'job-1',
    name: 'send-email',
    queue: 'default',
    attempt: 1,
    maxRetries: 3,
    priority: 5,
    createdAt: 0,
    ...job,
  };
  return {
    job: whole,
    attempt: whole.attempt,
    workerId: 'worker-1',
    signal: new AbortController().signal,
    fence: '1',
    idempotencyKey: whole.id,
    headers: {},
    dependencies: [],
    timeout: 1_000,
    progress: () => Promise.resolve(),
    complete: () => Promise.resolve(),
    payload: { secret: 'hunter2' },
    startedAt: 0,
    metadata: {},
    handlerClass: undefined,
    handlerMethod: undefined,
    ...rest,
  };
}

/** An interruptible one, as the executor makes them: `interrupt` ends the run in its guard. */
export function anInterruptible(
  job: Partial<TaskJob> = {},
  rest: Partial<InterruptibleContext> = {},
): InterruptibleContext & { interrupt(error: Error): void } {
  const ctx: InterruptibleContext & { interrupt(error: Error): void } = {
    interruption: undefined,
    guard: undefined,
    ...aContext(job, rest),
    interrupt: (error) => {
      ctx.interruption ??= error;
      ctx.guard?.interrupt(error);
    },
  };
  return ctx;
}

/** What a logger was told, as `level: line`. */
export class KeptLog implements RunLogger {
  readonly lines: string[] = [];
  readonly stacks: (string | undefined)[] = [];

  log(message: string): void {
    this.lines.push(`log: ${message}`);
  }

  warn(message: string): void {
    this.lines.push(`warn: ${message}`);
  }

  error(message: string, stack?: string): void {
    this.lines.push(`error: ${message}`);
    this.stacks.push(stack);
  }
}

/** A promise and its ends. */
export function deferred<T = unknown>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
