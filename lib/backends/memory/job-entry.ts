import type { Payload } from '../../contract/index.js';
import type { JobKind } from './job-kind.js';
import type { JobRarities } from './job-rarities.js';
import type { JobRun } from './job-run.js';
import type { MemoryQueue } from './memory-queue.js';
import type { Momentous } from './moment-heap.js';
import { GONE, type StateCode } from './state-code.js';

/**
 * One job. Every job has these slots and no others: what calls of one task share lies in `kind`, what a job has once
 * it was claimed in `run`, what only some jobs have in `rare`. With a million jobs waiting each slot takes 8 MB, and
 * each number that is no small integer 16 MB more.
 */
export class JobEntry implements Momentous {
  declare readonly id: string;
  /** Order of creation in its queue. */
  declare readonly ordinal: number;
  /** Whole milliseconds since its queue was made: a small integer for the first 24 days. */
  declare private readonly bornAt: number;
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
  /** Where it stands among the jobs with ascending ids; -1 for one that does not. */
  declare place: number;
  declare run: JobRun | undefined;
  declare rare: JobRarities | undefined;

  constructor(
    id: string,
    ordinal: number,
    bornAt: number,
    kind: JobKind,
    payload: Payload | undefined,
    priority: number,
    rare: JobRarities | undefined,
  ) {
    this.id = id;
    this.ordinal = ordinal;
    this.bornAt = bornAt;
    this.kind = kind;
    this.payload = payload;
    this.priority = priority;
    this.state = GONE;
    this.seq = 0;
    this.slot = 0;
    this.moment = 0;
    this.place = -1;
    this.run = undefined;
    this.rare = rare;
  }

  get queue(): MemoryQueue {
    return this.kind.queue;
  }

  get createdAt(): number {
    return this.queue.madeAt + this.bornAt;
  }
}
