import type { Outcome } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import type { ProbedRun, WorkProbe } from '../events/index.js';
import type { ErrorGroup, ExecutionRecord } from './execution-record.js';
import { type SlotData, TaskSlot } from './task-slot.js';

/** Of one slot, in milliseconds. */
export const SLOT = 60_000;
const OTHER = '_other';
/** Letters of a message that are kept. */
const LONGEST = 300;
const MOST_GROUPS = 100;

export interface RunLogBounds {
  /** Tasks with numbers of their own in one minute. */
  readonly maxTasks: number;
  /** Latest runs that are kept. */
  readonly history: number;
  /** Minutes that are kept while they cannot be written. */
  readonly slots: number;
}

/** What this process has run: numbers by minute and task, the latest runs, errors by group. All of it is bounded. */
export class RunLog implements WorkProbe {
  private slots = new Map<number, Map<string, TaskSlot>>();
  private recent: ExecutionRecord[] = [];
  private groups = new Map<string, ErrorGroup>();

  constructor(
    private readonly bounds: RunLogBounds,
    private readonly now: () => number,
  ) {}

  get records(): readonly ExecutionRecord[] {
    return this.recent;
  }

  get errors(): readonly ErrorGroup[] {
    return [...this.groups.values()];
  }

  settled(run: ProbedRun, outcome: Outcome): void {
    if (!run.hasBegun) return;
    const record = recordOf(run, outcome);
    this.slotOf(record.task).add(record.outcome, record.duration);
    this.recent.push(record);
    if (this.recent.length >= 2 * this.bounds.history) this.recent = this.recent.slice(-this.bounds.history);
    if (record.error !== undefined) this.group(record, record.error);
  }

  /** Every minute that is kept, as it is to be written. */
  minutes(): (readonly [number, Readonly<Record<string, SlotData>>])[] {
    return [...this.slots].map(([minute, tasks]) => [
      minute,
      Object.fromEntries([...tasks].map(([task, slot]) => [task, slot.toData()])),
    ]);
  }

  /** Minutes that are over and written need not be kept here. */
  forgetBefore(minute: number): void {
    for (const kept of this.slots.keys()) if (kept < minute) this.slots.delete(kept);
  }

  clear(): void {
    this.slots = new Map();
    this.recent = [];
    this.groups = new Map();
  }

  private slotOf(task: string): TaskSlot {
    const minute = Math.floor(this.now() / SLOT);
    let tasks = this.slots.get(minute);
    if (tasks === undefined) {
      this.slots.set(minute, (tasks = new Map()));
      this.forgetBefore(minute - this.bounds.slots);
    }
    const name = tasks.has(task) || tasks.size < this.bounds.maxTasks ? task : OTHER;
    let slot = tasks.get(name);
    if (slot === undefined) tasks.set(name, (slot = new TaskSlot()));
    return slot;
  }

  private group(record: ExecutionRecord, error: NonNullable<ExecutionRecord['error']>): void {
    const { task, jobId } = record;
    const message = error.message.replaceAll(/\b[0-9a-f-]*\d[0-9a-f-]*\b/gi, '#');
    const key = JSON.stringify([task, error.name, message]);
    const at = this.now();
    const known = this.groups.get(key);
    // Deleted first: a map is in the order in which its entries came, and the one that was seen longest ago goes.
    this.groups.delete(key);
    this.groups.set(key, {
      task,
      name: error.name,
      message,
      count: (known?.count ?? 0) + 1,
      firstAt: known?.firstAt ?? at,
      lastAt: at,
      lastJobId: jobId,
    });
    if (this.groups.size <= MOST_GROUPS) return;
    const [oldest] = this.groups.keys();
    if (oldest !== undefined) this.groups.delete(oldest);
  }
}

function recordOf(run: ProbedRun, { kind }: Outcome): ExecutionRecord {
  const { job, workerId, attempt, startedAt, duration } = run;
  const outcome = kind === 'retry' ? 'retrying' : kind;
  const hasFailed = kind === 'retry' || kind === 'failed';
  return {
    jobId: job.id,
    task: job.name,
    queue: job.queue,
    workerId,
    attempt,
    outcome,
    startedAt,
    duration,
    ...(hasFailed ? { error: shortError(run.error) } : {}),
  };
}

function shortError(error: unknown): NonNullable<ExecutionRecord['error']> {
  const { name, message, code } = toErrorRecord(error);
  return { name, message: message.slice(0, LONGEST), ...(code === undefined ? {} : { code }) };
}
