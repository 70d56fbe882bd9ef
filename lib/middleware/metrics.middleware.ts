import type { Clock } from '../contract/index.js';
import { ObservingMiddleware } from './direct.middleware.js';
import { endedFromOutside, type InterruptibleContext } from './run-guard.js';
import type { RunEnd, TaskMetricsCollector } from './task-metrics-collector.js';

/** Counts each run and its duration in a {@link TaskMetricsCollector}. Built in, between logging and timeout. */
export class MetricsMiddleware extends ObservingMiddleware {
  constructor(
    private readonly collector: TaskMetricsCollector,
    private readonly clock: Clock,
  ) {
    super();
  }

  completes(ctx: InterruptibleContext): void {
    this.record(ctx, 'completed');
  }

  fails(ctx: InterruptibleContext): void {
    this.record(ctx, endedFromOutside(ctx) ? 'interrupted' : 'failed');
  }

  private record(ctx: InterruptibleContext, end: RunEnd): void {
    const now = this.clock.now();
    ctx.endedAt = now;
    this.collector.record(ctx.job.name, now - ctx.startedAt, end);
  }
}
