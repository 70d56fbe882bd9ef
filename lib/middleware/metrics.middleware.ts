import type { Clock, TaskCallHandler, TaskMiddleware } from '../contract/index.js';
import { endedFromOutside, type InterruptibleContext } from './run-guard.js';
import type { RunEnd, TaskMetricsCollector } from './task-metrics-collector.js';

/** Counts each run and its duration in a {@link TaskMetricsCollector}. Built in, between logging and timeout. */
export class MetricsMiddleware implements TaskMiddleware {
  constructor(
    private readonly collector: TaskMetricsCollector,
    private readonly clock: Clock,
  ) {}

  // Chained by hand instead of `async`: it runs for every job, and an async frame costs twice as much.
  intercept(ctx: InterruptibleContext, next: TaskCallHandler): Promise<unknown> {
    return next.handle().then(
      (result) => {
        this.record(ctx, 'completed');
        return result;
      },
      (error) => {
        this.record(ctx, endedFromOutside(ctx) ? 'interrupted' : 'failed');
        throw error;
      },
    );
  }

  private record(ctx: InterruptibleContext, end: RunEnd): void {
    this.collector.record(ctx.job.name, this.clock.now() - ctx.startedAt, end);
  }
}
