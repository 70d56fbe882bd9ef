import type { QueueDefinition } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { KeyState } from './key-state.js';
import { MomentHeap } from './moment-heap.js';
import { rarelyOf } from './job-rarities.js';

/**
 * Admission by key: a job that its key's limits do not let in is parked, and let in by what frees a slot or by the
 * moment that the limiter names. So what is ready can run, and a claim never looks past jobs that may not.
 */
export class KeyTable {
  private readonly keys = new Map<string, KeyState>();
  /** Keys that wait for their limiter to let the next one in. */
  private readonly grants = new MomentHeap<KeyState>();
  /** Keys of which only a limiter is left that is not full again yet. */
  private readonly refills = new MomentHeap<KeyState>();

  constructor(
    readonly limits: NonNullable<QueueDefinition['perKey']>,
    /** Takes a job that was parked and is let in. */
    private readonly admit: (job: JobEntry, now: number) => void,
  ) {}

  /** @returns whether the job is let in; else it is parked. */
  enter(job: JobEntry, key: string, now: number): boolean {
    const state = this.stateOf(key);
    if (state.parked.size === 0 && state.tryEnter(job, now)) return true;
    rarelyOf(job).parked = true;
    state.parked.push(job);
    // Behind others it changes nothing about the moment at which the first is let in.
    if (state.parked.size === 1) this.plan(state, now);
    return false;
  }

  /** Makes a job a holder whatever the limits say: it was let in under limits that have changed since. */
  adopt(job: JobEntry, key: string): void {
    this.stateOf(key).holders.add(job);
  }

  /** Takes note that a job is neither ready nor running any more, nor parked. */
  leave(job: JobEntry, key: string, now: number): void {
    const state = this.keys.get(key);
    if (state === undefined) return;
    state.holders.delete(job);
    this.letIn(state, now);
  }

  unpark(job: JobEntry, key: string, now: number): void {
    const state = this.keys.get(key) as KeyState;
    rarelyOf(job).parked = false;
    state.parked.remove(job);
    this.plan(state, now);
  }

  reasonOf(key: string): 'key-concurrency' | 'key-rate' {
    return this.keys.get(key)?.hasSlot === false ? 'key-concurrency' : 'key-rate';
  }

  /** When the next parked job is let in. */
  nextGrantAt(): number {
    return this.grants.earliest();
  }

  /** When the next key can be forgotten. */
  nextRefillAt(): number {
    return this.refills.earliest();
  }

  /** Looks again at the keys whose limiter lets one in by now. */
  letInDue(now: number): void {
    for (let state = this.grants.first(); state !== undefined && state.moment <= now;) {
      this.letIn(state, now);
      state = this.grants.first();
    }
  }

  /** Forgets the keys whose limiter is full again and that have nothing else. */
  forgetFull(now: number): void {
    for (let state = this.refills.first(); state !== undefined && state.moment <= now;) {
      this.plan(state, now);
      state = this.refills.first();
    }
  }

  get size(): number {
    return this.keys.size;
  }

  private letIn(state: KeyState, now: number): void {
    for (let job = state.parked.first(); job !== undefined; job = state.parked.first()) {
      if (!state.tryEnter(job, now)) break;
      state.parked.remove(job);
      rarelyOf(job).parked = false;
      this.admit(job, now);
    }
    this.plan(state, now);
  }

  /** Sees to it that the key is looked at again when there is something to do for it, or forgets it. */
  private plan(state: KeyState, now: number): void {
    state.heap?.remove(state);
    state.heap = undefined;
    if (state.isIdle(now)) {
      this.keys.delete(state.key);
      return;
    }
    state.moment = state.nextMoment(now);
    if (state.moment === Infinity) return;
    state.heap = state.parked.size > 0 ? this.grants : this.refills;
    state.heap.push(state);
  }

  private stateOf(key: string): KeyState {
    let state = this.keys.get(key);
    if (state === undefined) {
      const { overrides } = this.limits;
      const own = overrides !== undefined && Object.hasOwn(overrides, key) ? overrides[key] : undefined;
      state = new KeyState(key, own ?? this.limits);
      this.keys.set(key, state);
    }
    return state;
  }
}
