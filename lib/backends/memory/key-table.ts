import type { JobEntry } from './job-entry.js';
import { KeyState, type KeyLimits } from './key-state.js';
import { MomentHeap } from './moment-heap.js';
import { rarelyOf } from './job-rarities.js';

/**
 * Admission by key: a job that its key's limits do not let in is parked, and let in by what frees a slot or by the
 * moment that the limiter names. So what is ready can run, and a claim never looks past jobs that may not.
 */
export class KeyTable {
  private readonly keys = new Map<string, KeyState>();
  private readonly moments = new MomentHeap<KeyState>();

  constructor(
    readonly limits: KeyLimits,
    /** Takes a job that was parked and is let in. */
    private readonly admit: (job: JobEntry) => void,
  ) {}

  /** @returns whether the job is let in; else it is parked. */
  enter(job: JobEntry, key: string, now: number): boolean {
    const state = this.stateOf(key);
    if (state.parked.size === 0 && state.tryEnter(job, this.limits, now)) return true;
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
    return this.keys.get(key)?.hasSlot(this.limits) === false ? 'key-concurrency' : 'key-rate';
  }

  earliest(): number {
    return this.moments.earliest();
  }

  /** Looks again at the keys whose moment has come. */
  advance(now: number): void {
    for (let state = this.moments.first(); state !== undefined && state.moment <= now;) {
      this.letIn(state, now);
      state = this.moments.first();
    }
  }

  get size(): number {
    return this.keys.size;
  }

  private letIn(state: KeyState, now: number): void {
    for (let job = state.parked.first(); job !== undefined; job = state.parked.first()) {
      if (!state.tryEnter(job, this.limits, now)) break;
      state.parked.remove(job);
      rarelyOf(job).parked = false;
      this.admit(job);
    }
    this.plan(state, now);
  }

  private plan(state: KeyState, now: number): void {
    const moment = state.nextMoment(this.limits, now);
    const planned = state.slot >= 0;
    if (state.isIdle(now)) {
      if (planned) this.unplan(state);
      this.keys.delete(state.key);
    } else if (moment === Infinity) {
      if (planned) this.unplan(state);
    } else {
      state.moment = moment;
      if (planned) this.moments.moved(state);
      else this.moments.push(state);
    }
  }

  private unplan(state: KeyState): void {
    this.moments.remove(state);
    state.slot = -1;
    state.moment = Infinity;
  }

  private stateOf(key: string): KeyState {
    let state = this.keys.get(key);
    if (state === undefined) {
      state = new KeyState(key);
      this.keys.set(key, state);
    }
    return state;
  }
}
