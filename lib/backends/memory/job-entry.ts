import type { Payload } from '../../contract/index.js';
import type { JobKind } from './job-kind.js';
import type { JobRarities } from './job-rarities.js';
import type { MemoryQueue } from './memory-queue.js';
import type { Momentous } from './moment-heap.js';
import { GONE, type StateCode } from './state-code.js';

/** One call of `claim`, shared by the jobs that it took. */
export interface Run {
  readonly worker: string;
  readonly startedAt: number;
}

/**
 * One job. Every job has these slots and no others; what only some jobs have lies in `rare`. One million of them
 * waiting, with payloads of 200 bytes, is what the memory target is measured with: each slot costs 8 MB of it.
 */
export class JobEntry implements Momentous {
  declare readonly queue: MemoryQueue;
  declare readonly id: string;
  /** Order of creation in its queue. */
  declare readonly ordinal: number;
  declare readonly createdAt: number;
  declare kind: JobKind;
  declare payload: Payload | undefined;
  declare priority: number;
  declare state: StateCode;
  /** Its place in the order of its queue: a new place gets a higher one. */
  declare seq: number;
  /** Its place in the one container that holds it. */
  declare slot: number;
  /** Due, lease expiry or finish, whichever its state asks for; 0 while it is pending. */
  declare moment: number;
  declare attempt: number;
  declare stalls: number;
  declare fence: number;
  declare run: Run | undefined;
  declare rare: JobRarities | undefined;

  constructor(
    queue: MemoryQueue,
    id: string,
    ordinal: number,
    createdAt: number,
    kind: JobKind,
    payload: Payload | undefined,
    priority: number,
    rare: JobRarities | undefined,
  ) {
    this.queue = queue;
    this.id = id;
    this.ordinal = ordinal;
    this.createdAt = createdAt;
    this.kind = kind;
    this.payload = payload;
    this.priority = priority;
    this.state = GONE;
    this.seq = 0;
    this.slot = 0;
    this.moment = 0;
    this.attempt = 0;
    this.stalls = 0;
    this.fence = 0;
    this.run = undefined;
    this.rare = rare;
  }

  get attemptsLeft(): boolean {
    return this.attempt < 1 + this.kind.maxRetries;
  }
}

/** A worker's right to one claim of one job. */
export class JobReceipt {
  /** Whether a verdict was given on it. */
  settled = false;

  constructor(
    readonly entry: JobEntry,
    readonly fence: number,
  ) {}
}
