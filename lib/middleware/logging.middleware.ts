import type {
  Clock,
  JobLogging,
  TaskCallHandler,
  TaskExecutionContext,
  TaskMiddleware,
} from '../contract/index.js';

/** What of a logger it uses; Nest's `Logger` is one. */
export interface RunLogger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Writes what became of each run: failed ones always (`warn` while attempts are left, `error` for the last), starts and
 * completions only with `logging: 'all'`, since a line a job costs more than most jobs. Never a payload. Built in, outermost.
 */
export class LoggingMiddleware implements TaskMiddleware {
  constructor(
    private readonly logger: RunLogger,
    private readonly mode: JobLogging,
    private readonly clock: Clock,
  ) {}

  intercept(ctx: TaskExecutionContext, next: TaskCallHandler): Promise<unknown> {
    if (this.mode === 'none') return next.handle();
    if (this.mode === 'all') return this.logAll(ctx, next);
    return next.handle().catch((error: unknown) => {
      this.logFailure(ctx, error);
      throw error;
    });
  }

  private async logAll(ctx: TaskExecutionContext, next: TaskCallHandler): Promise<unknown> {
    this.logger.log(`${title(ctx)} started`);
    try {
      const result = await next.handle();
      this.logger.log(`${title(ctx)} completed in ${this.elapsed(ctx)} ms`);
      return result;
    } catch (error) {
      this.logFailure(ctx, error);
      throw error;
    }
  }

  private logFailure(ctx: TaskExecutionContext, error: unknown): void {
    const line = `${title(ctx)} failed after ${this.elapsed(ctx)} ms: ${oneLine(error)}`;
    if (ctx.attempt > ctx.job.maxRetries) this.logger.error(line);
    else this.logger.warn(line);
  }

  private elapsed(ctx: TaskExecutionContext): number {
    return Math.round(this.clock.now() - ctx.startedAt);
  }
}

function title({ job }: TaskExecutionContext): string {
  return `Task ${job.name} (job ${job.id}, attempt ${job.attempt} of ${job.maxRetries + 1})`;
}

/** A thrown text with line breaks must not forge log lines. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown ${typeof error}`;
  return JSON.stringify(text.slice(0, 500)).slice(1, -1);
}
