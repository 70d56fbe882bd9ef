import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessStats } from './worker-stats.js';

/** Milliseconds between two looks at the event loop; Node measures no finer than this. */
const RESOLUTION = 20;

/** Measures what this process uses while a pool runs. */
export class ProcessMeter {
  private histogram: IntervalHistogram | undefined;
  private cpu = process.cpuUsage();
  private since = performance.now();

  start(): void {
    this.cpu = process.cpuUsage();
    this.since = performance.now();
    this.histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
    this.histogram.enable();
  }

  stop(): void {
    this.histogram?.disable();
  }

  read(): ProcessStats {
    const used = process.cpuUsage(this.cpu);
    const elapsed = Math.max(1, performance.now() - this.since);
    return {
      cpu: (used.user + used.system) / 1_000 / elapsed,
      memory: process.memoryUsage.rss(),
      heapUsed: process.memoryUsage().heapUsed,
      eventLoopLag: {
        mean: lag(this.histogram?.mean),
        p99: lag(this.histogram?.percentile(99)),
        max: lag(this.histogram?.max),
      },
    };
  }
}

/** The histogram counts the interval itself; what is over it is lag. Before the first look its mean is NaN. */
function lag(nanoseconds: number | undefined): number {
  const over = (nanoseconds ?? 0) / 1e6 - RESOLUTION;
  return Number.isFinite(over) ? Math.max(0, over) : 0;
}
