import type { Clock, JobLogging } from '../contract/index.js';
import { oneLine } from '../config/index.js';
import { causesOf, ownStack, RetryLaterError, toErrorRecord, UnrecoverableError } from '../errors/index.js';
import { ObservingMiddleware } from './direct.middleware.js';
import { endedFromOutside, type InterruptibleContext } from './run-guard.js';
import type { Step, StepEnd } from './step.js';

/** What of a logger it uses; Nest's `Logger` is one. */
export interface RunLogger {
  log(message: string): void;
  warn(message: string): void;
  /** @param stack Of what was thrown. */
  error(message: string, stack?: string): void;
}

/** Characters of an error in a line. */
const ERROR_CAP = 500;

/**
 * Writes what became of each run. Failed ones always: as `error` when the job is a dead letter now, else as `warn`; runs that a cancel, a lost lease or a shutdown ended as `warn`. Starts and
 * completions only with `logging: 'all'`, since a line a job costs more than most jobs. Never a payload. Built in, outermost.
 */
export class LoggingMiddleware extends ObservingMiddleware {
  constructor(
    private readonly logger: RunLogger,
    private readonly mode: JobLogging,
    private readonly clock: Clock,
  ) {
    super();
  }

  override step(ctx: InterruptibleContext, next: Step, end: StepEnd): void {
    if (this.mode === 'none') return next(ctx, end);
    super.step(ctx, next, end);
  }

  protected override begins(ctx: InterruptibleContext): void {
    if (this.mode === 'all') this.logger.log(`${title(ctx)} started`);
  }

  completes(ctx: InterruptibleContext): void {
    if (this.mode === 'all') this.logger.log(`${title(ctx)} completed in ${this.elapsed(ctx)} ms`);
  }

  fails(ctx: InterruptibleContext, error: unknown): void {
    this.logFailure(ctx, error);
  }

  private logFailure(ctx: InterruptibleContext, error: unknown): void {
    const fromOutside = endedFromOutside(ctx);
    const isDead = !fromOutside && isLast(ctx, error);
    const line = `${title(ctx)} ${verbOf(error, fromOutside, isDead)} after ${this.elapsed(ctx)} ms: ${describe(error)}${nearestCause(error)}`;
    if (isDead) this.logger.error(line, stackOf(error));
    else this.logger.warn(line);
  }

  private elapsed(ctx: InterruptibleContext): number {
    return Math.round(this.clock.now() - ctx.startedAt);
  }
}

/** What asks to be run later and has no attempt left is not put off: it has failed. */
function verbOf(error: unknown, fromOutside: boolean, isDead: boolean): string {
  if (fromOutside) return 'was interrupted';
  return error instanceof RetryLaterError && !isDead ? 'was put off' : 'failed';
}

/** The retry policy knows; a context of somebody else's is judged by its attempts. */
function isLast(ctx: InterruptibleContext, error: unknown): boolean {
  if (ctx.isFinal !== undefined) return ctx.isFinal(error);
  if (error instanceof RetryLaterError && !error.countAttempt) return false;
  return ctx.attempt > ctx.job.maxRetries || error instanceof UnrecoverableError;
}

function title({ job }: InterruptibleContext): string {
  return `Task ${oneLine(job.name)} (job ${oneLine(job.id)}, attempt ${job.attempt} of ${job.maxRetries + 1})`;
}

/** Reads a thrown value of any kind. An object that is no error could be a payload: only its kind is told. */
function describe(error: unknown): string {
  if (typeof error === 'object' && error !== null && !(error instanceof Error)) return 'an object was thrown';
  const { name, message } = toErrorRecord(error);
  return oneLine(`${name}: ${message}`.slice(0, ERROR_CAP));
}

/** `fetch failed` alone tells nobody that a connection was refused. */
function nearestCause(error: unknown): string {
  const [cause] = causesOf(error);
  return cause === undefined ? '' : ` (caused by ${describe(cause)})`;
}

/** Where it was thrown, and what caused it. Frames alone: the message, which a stack begins with, may have lines that look like those of a log. */
function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const causes = causesOf(error);
  const frames = framesOf(error);
  if (frames.length === 0 && causes.length === 0) return undefined;
  const parts = [
    [describe(error), ...frames],
    ...causes.map((cause) => [describe(cause), ...framesOf(cause)]),
  ];
  return parts.map((lines) => lines.join('\n')).join('\nCaused by ');
}

function framesOf(error: unknown): string[] {
  const lines = ownStack(error).split('\n');
  return lines.filter((line) => /^\s+at /u.test(line)).map((frame) => oneLine(frame));
}
