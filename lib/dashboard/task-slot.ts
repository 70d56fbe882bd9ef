import type { Ms } from '../contract/index.js';
import type { ExecutionRecord, TaskStatistics } from './execution-record.js';
import { LatencySketch, type SketchData } from './latency-sketch.js';

/** The numbers of one task, as they are kept. */
export interface SlotData {
  readonly counts: readonly [completed: number, retried: number, failed: number, other: number];
  readonly total: Ms;
  readonly sketch: SketchData;
}

const PLACE: Readonly<Record<ExecutionRecord['outcome'], number>> = {
  completed: 0,
  retrying: 1,
  failed: 2,
  cancelled: 3,
  released: 3,
};

/** The runs of one task: in one minute, or of many added up. */
export class TaskSlot {
  private readonly counts: [number, number, number, number] = [0, 0, 0, 0];
  private total = 0;
  private readonly sketch = new LatencySketch();

  add(outcome: ExecutionRecord['outcome'], duration: Ms): void {
    const place = PLACE[outcome] as 0;
    this.counts[place]++;
    this.total += duration;
    this.sketch.add(duration);
  }

  merge({ counts, total, sketch }: SlotData): void {
    counts.forEach((count, place) => (this.counts[place as 0] += count));
    this.total += total;
    this.sketch.merge(sketch);
  }

  toData(): SlotData {
    return { counts: [...this.counts], total: this.total, sketch: this.sketch.toData() };
  }

  statistics(task: string): TaskStatistics {
    const [completed, retried, failed, other] = this.counts;
    const runs = completed + retried + failed + other;
    return {
      task,
      runs,
      completed,
      retried,
      failed,
      errorRate: runs === 0 ? 0 : (retried + failed) / runs,
      meanDuration: runs === 0 ? 0 : this.total / runs,
      p50: this.sketch.percentile(0.5),
      p95: this.sketch.percentile(0.95),
      p99: this.sketch.percentile(0.99),
    };
  }
}
