import { v7 } from 'uuid';
import { DEFAULT_QUEUE } from '../config/index.js';
import type { Clock, DependencyResult, Ms, TaskContext, TaskJob } from '../contract/index.js';
import type { RegisteredHandler } from './registered-handler.js';

/** The context of a handler that is called by hand: a first attempt that nobody interrupts and nobody watches. */
export class DetachedContext implements TaskContext {
  readonly job: TaskJob;
  readonly attempt = 1;
  readonly workerId = 'none';
  readonly signal: AbortSignal = new AbortController().signal;
  readonly fence = '0';
  readonly headers: Readonly<Record<string, string>> = {};
  readonly dependencies: readonly DependencyResult[] = [];
  readonly timeout: Ms;

  constructor({ name, options }: RegisteredHandler, clock: Clock) {
    const { queue = DEFAULT_QUEUE, maxRetries, priority, timeout } = options;
    this.job = { id: v7(), name, queue, attempt: 1, maxRetries, priority, createdAt: clock.now() };
    this.timeout = timeout;
  }

  get idempotencyKey(): string {
    return this.job.id;
  }

  async progress(): Promise<void> {}

  /** Nobody has claimed it: there is nothing to settle. */
  async complete(): Promise<void> {}
}
