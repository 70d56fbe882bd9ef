import type { ClaimedJob, Clock } from '../contract/index.js';
import { LeaseLostError, TaskCancelledError } from '../errors/index.js';
import type { RunEnvironment, RunOwner, RunSink, TaskExecutor, TaskRun } from '../execution/index.js';
import type { LookAhead } from './look-ahead.js';
import type { Outbox } from './outbox.js';
import type { RunTable } from './run-table.js';
import type { WorkerSlots } from './worker-slots.js';

export interface StarterParts {
  readonly slots: WorkerSlots;
  readonly executor: TaskExecutor;
  readonly environment: RunEnvironment;
  readonly clock: Clock;
  readonly inHand: RunTable;
  readonly ahead: LookAhead;
  readonly outbox: Outbox;
  /** Told how each run that was started ended. */
  readonly sink: RunSink<TaskRun>;
  /** A job in hand is another process's by now, or will be: it was not started. */
  readonly onLost: (run: TaskRun) => void;
  /** Jobs in hand wait for a slot. */
  readonly onWait: () => void;
}

/** Owns the run of a job that goes back unstarted: it takes no slot. */
const NOBODY: RunOwner = { id: '', end: () => undefined, vacate: () => undefined };

/** Starts the jobs that claims have brought: at once where a slot is free, the others in their order as slots come free. */
export class JobStarter {
  private isFilling = false;

  constructor(private readonly parts: StarterParts) {}

  /**
   * Takes a claimed job in hand.
   * @param mayWait whether it was taken beyond the free slots; else it goes back when there is none
   * @param accepting whether anything is started still
   */
  receive(job: ClaimedJob, mayWait: boolean, accepting: boolean): void {
    const { executor, environment, inHand, ahead, sink } = this.parts;
    const worker = accepting && ahead.size === 0 ? this.takeSlot() : undefined;
    const run = executor.prepare(job, worker ?? NOBODY, environment);
    inHand.add(run);
    if (worker !== undefined) executor.start(run, environment, sink);
    else if (accepting && mayWait) ahead.add(run);
    else this.giveBack(run);
  }

  /** Starts what is in hand in the slots that are free. Not one inside the other: a handler may end before its start has returned. */
  fill(): void {
    const { ahead, slots, onWait } = this.parts;
    if (this.isFilling || ahead.size === 0) return;
    this.isFilling = true;
    while (ahead.size > 0 && slots.free > 0) this.startNext();
    this.isFilling = false;
    if (ahead.size > 0) onWait();
  }

  /** @returns whether anything has to be given back */
  giveBackAll(): boolean {
    const left = this.parts.ahead.empty();
    for (const run of left) this.giveBack(run);
    return left.length > 0;
  }

  private startNext(): void {
    const { executor, environment, clock, ahead, outbox, onLost, sink } = this.parts;
    const run = ahead.next();
    if (run === undefined) return;
    const { interruption } = run;
    if (interruption instanceof LeaseLostError) return onLost(run);
    if (interruption instanceof TaskCancelledError) {
      return outbox.put(run, { kind: 'cancelled', reason: interruption.reason });
    }
    const worker = this.takeSlot();
    if (worker === undefined) return this.giveBack(run);
    run.enter(worker, clock.now());
    executor.start(run, environment, sink);
  }

  /** Slots that are promised to a claim under way are not taken: what it brings would find none. */
  private takeSlot(): RunOwner | undefined {
    const { slots } = this.parts;
    return slots.free > 0 ? slots.take() : undefined;
  }

  private giveBack(run: TaskRun): void {
    this.parts.outbox.put(run, { kind: 'released', countAttempt: false });
  }
}
