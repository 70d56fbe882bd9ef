import type { Ms, Outcome, Settlement } from '../contract/index.js';
import type { TaskRun } from '../execution/index.js';

/** Settlements that wait for the next claim to ride with, and the run of each. */
export class Outbox {
  private settlements: Settlement[] = [];
  private runs: TaskRun[] = [];
  /** Taken, and not answered yet. */
  private sent = 0;

  /** @param maxDelay the longest that the backend keeps: it would refuse a longer one, and with it all that travels along */
  constructor(private readonly maxDelay: Ms) {}

  get size(): number {
    return this.settlements.length;
  }

  /** Runs that have ended and of whose end the backend has not taken note. */
  get unsettled(): number {
    return this.size + this.sent;
  }

  put(run: TaskRun, outcome: Outcome): void {
    this.settlements.push({
      receipt: run.job.receipt,
      outcome: this.bounded(outcome),
      progress: run.end() ?? run.completion?.progress,
      enqueue: undefined,
    });
    this.runs.push(run);
  }

  /** Everything so far. */
  take(): Batch {
    const batch = { settlements: this.settlements, runs: this.runs };
    this.settlements = [];
    this.runs = [];
    this.sent += batch.runs.length;
    return batch;
  }

  /** The backend has answered it. */
  answered(batch: Batch): void {
    this.sent -= batch.runs.length;
  }

  /** A batch that could not be sent goes before what came meanwhile. Sending one twice is safe: it is told `already-applied`. */
  putBack(batch: Batch): void {
    this.sent -= batch.runs.length;
    for (const { completion } of batch.runs) if (completion !== undefined) completion.isDoubtful = true;
    this.settlements = [...batch.settlements, ...this.settlements];
    this.runs = [...batch.runs, ...this.runs];
  }

  private bounded(outcome: Outcome): Outcome {
    if (outcome.kind !== 'retry' && outcome.kind !== 'released') return outcome;
    return outcome.in !== undefined && outcome.in > this.maxDelay
      ? { ...outcome, in: this.maxDelay }
      : outcome;
  }
}

export interface Batch {
  readonly settlements: Settlement[];
  readonly runs: TaskRun[];
}
