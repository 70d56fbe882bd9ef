import { FairFlow, FlowHeap, shareOf } from './fair-flow.js';
import type { JobEntry } from './job-entry.js';

/**
 * The ready jobs of one priority, in fair order among keys: start-time fair queueing (Goyal, Vin and Cheng, 1996).
 *
 * A job's virtual finish time is `max(V, last of its key) + 1/weight`, and V is that of the job served last. Within a
 * flow each is the one before plus a share, so only the first job's is kept, and a flow that runs dry is forgotten:
 * its last one is not above V by then.
 */
export class ReadyLevel {
  private readonly backlogged = new FlowHeap();
  private readonly keyed = new Map<string, FairFlow>();
  private readonly keyless = new FairFlow(undefined);
  private virtualTime = 0;

  get isEmpty(): boolean {
    return this.backlogged.size === 0;
  }

  push(job: JobEntry): void {
    const flow = this.flowOf(job);
    flow.jobs.push(job);
    if (flow.jobs.size > 1) return;
    flow.tag = this.virtualTime + shareOf(job);
    this.backlogged.push(flow);
  }

  /** Gives a job that was taken its old place, by its `seq`. */
  putBack(job: JobEntry): void {
    const flow = this.flowOf(job);
    flow.jobs.insert(job, (other) => other.seq < job.seq);
    if (flow.jobs.size > 1) {
      flow.tag -= shareOf(job);
      this.backlogged.moved(flow);
    } else {
      flow.tag = this.virtualTime;
      this.backlogged.push(flow);
    }
  }

  /** Fetches the next jobs into the processor's cache, as far as they are of one key. */
  touch(count: number): number {
    return this.backlogged.first()?.jobs.touch(count) ?? 0;
  }

  since(): number {
    let earliest = Infinity;
    for (const { jobs } of this.backlogged.values())
      earliest = Math.min(earliest, jobs.first()?.moment ?? Infinity);
    return earliest;
  }

  take(): JobEntry | undefined {
    const flow = this.backlogged.first();
    if (flow === undefined) return undefined;
    const job = flow.jobs.shift() as JobEntry;
    this.virtualTime = Math.max(this.virtualTime, flow.tag);
    const next = flow.jobs.first();
    if (next === undefined) {
      this.close(flow);
    } else {
      flow.tag += shareOf(next);
      this.backlogged.moved(flow);
    }
    return job;
  }

  remove(job: JobEntry): void {
    const flow = this.flowOf(job);
    flow.jobs.remove(job);
    if (flow.jobs.size === 0) this.close(flow);
    else this.backlogged.moved(flow);
  }

  private flowOf(job: JobEntry): FairFlow {
    const key = job.rare?.key;
    if (key === undefined) return this.keyless;
    let flow = this.keyed.get(key);
    if (flow === undefined) {
      flow = new FairFlow(key);
      this.keyed.set(key, flow);
    }
    return flow;
  }

  private close(flow: FairFlow): void {
    this.backlogged.remove(flow);
    if (flow.key !== undefined) this.keyed.delete(flow.key);
    if (this.backlogged.size === 0) this.virtualTime = 0;
  }
}
