import { setImmediate as macrotask } from 'node:timers/promises';
import type { JobRef, Ms, Outcome, Take } from '../../contract/index.js';
import { Patience } from './patience.js';
import type { TestFeeder, TestRun } from './test-feeder.js';

/** How many runs ended, and how. */
export interface TestRuns {
  readonly completed: number;
  /** Failed, and tried again: with the next `advance()`, or at once in inline mode. */
  readonly retrying: number;
  /** Dead letters. */
  readonly failed: number;
  readonly cancelled: number;
}

/** A backend and what of it is served, in the order in which it is looked at. */
export interface ServedQueues {
  readonly feeder: TestFeeder;
  readonly queues: () => readonly string[];
}

/** Jobs that one claim takes of a queue. */
const AT_ONCE = 100;

/** The one worker of a test. It looks for jobs when it is told to, and by itself never. */
export class TestWorker {
  private runs: TestRuns = { completed: 0, retrying: 0, failed: 0, cancelled: 0 };
  private inlineCalls = 0;
  private hasNews = false;
  private wake: () => void = () => undefined;

  constructor(private readonly served: readonly ServedQueues[]) {}

  /** Of all runs so far. */
  get totals(): TestRuns {
    return this.runs;
  }

  /** There may be more to do: something was enqueued. */
  readonly noteEnqueued = (): void => {
    this.hasNews = true;
    this.wake();
  };

  readonly noteSettled = (outcome: Outcome): void => {
    const kind = outcome.kind === 'retry' ? 'retrying' : outcome.kind;
    if (kind !== 'released') this.runs = { ...this.runs, [kind]: this.runs[kind] + 1 };
    this.noteEnqueued();
  };

  /**
   * Runs what is due, and what that makes due, until nothing is and nothing runs.
   * @param timeout In real time.
   * @returns how long until something is due
   * @throws AssertionError when that takes longer
   */
  async runDue(timeout: Ms): Promise<Ms> {
    const patience = new Patience(timeout);
    try {
      for (;;) {
        this.hasNews = false;
        const { runs, nextInMs } = await this.claimAll();
        // Two turns: an enqueue that a handler did not wait for leaves at the end of one.
        await macrotask();
        await macrotask();
        patience.check(this.running());
        if (runs.length > 0 || this.hasNews) continue;
        if (this.running().length === 0) return nextInMs;
        await Promise.race([new Promise<void>((resolve) => (this.wake = resolve)), patience.isOver]);
      }
    } finally {
      patience.end();
    }
  }

  /** Runs these, as far as they are due, and what becomes due by that. */
  async runNow(jobs: readonly JobRef[]): Promise<void> {
    this.inlineCalls += 1;
    try {
      for (const job of jobs) await this.runToItsEnd(job);
      // A handler that enqueues waits for its own calls alone: others may wait for it.
      if (this.inlineCalls === 1) await this.runReleased();
    } finally {
      this.inlineCalls -= 1;
    }
  }

  private async runToItsEnd({ queue, id }: JobRef): Promise<void> {
    const served = this.served.find(({ queues }) => queues().includes(queue));
    for (let outcome: Outcome | undefined; served !== undefined;) {
      const { runs } = await served.feeder.claim([{ queue, limit: 1, ids: [id] }]);
      outcome = await runs[0]?.ended;
      if (outcome?.kind !== 'retry' || outcome.in > 0) return;
    }
  }

  private async runReleased(): Promise<void> {
    for (;;) {
      const { runs } = await this.claimAll();
      if (runs.length === 0) return;
      await Promise.all(runs.map(({ ended }) => ended));
    }
  }

  private async claimAll(): Promise<{ readonly runs: readonly TestRun[]; readonly nextInMs: Ms }> {
    const claims = [];
    for (const { feeder, queues } of this.served) {
      const take = queues().map((queue): Take => ({ queue, limit: AT_ONCE }));
      claims.push(await feeder.claim(take));
    }
    return {
      runs: claims.flatMap(({ runs }) => runs),
      nextInMs: Math.min(...claims.map(({ nextInMs }) => nextInMs)),
    };
  }

  private running(): string[] {
    return this.served.flatMap(({ feeder }) => feeder.running);
  }
}
