import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { PromSample } from './prom-client.js';

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 10;

/** How late the event loop was since it was read last. */
export class LoopLag {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });

  start(): void {
    this.histogram.enable();
  }

  stop(): void {
    this.histogram.disable();
  }

  samples(): PromSample[] {
    const { mean, max } = this.histogram;
    const p99 = this.histogram.percentile(99);
    this.histogram.reset();
    return Object.entries({ mean, p99, max }).map(([stat, value]) => ({
      labels: { stat },
      value: lag(value),
    }));
  }
}

/** Nanoseconds that hold the interval itself, as seconds over it; nothing was measured yet when it is no number. */
function lag(nanoseconds: number): number {
  const seconds = nanoseconds / 1e9 - RESOLUTION / 1e3;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
