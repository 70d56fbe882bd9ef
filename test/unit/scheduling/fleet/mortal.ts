import type { Clock, ClockTimer, TaskBackend } from '../../../../lib/contract/index.js';
import type { ManualClock } from '../../../../lib/testing/index.js';
import type { Random } from '../../../../lib/testing/random.js';

/** How a call of a process that dies is cut off. */
type Cut = 'before' | 'after';

/**
 * What a process of a fleet has of its own, over a store that all share: it can be killed at any call, before or after the store has
 * carried it out, and frozen, so that what it was about to send arrives later.
 */
export class Mortal implements Clock {
  private isDead = false;
  private frozen: Promise<void> | undefined;
  private frozenUntil = 0;
  private doom: { calls: number; cut: Cut } | undefined;

  constructor(private readonly clock: ManualClock) {}

  get isAlive(): boolean {
    return !this.isDead;
  }

  get isAwake(): boolean {
    return !this.isDead && this.frozen === undefined;
  }

  kill(): void {
    this.isDead = true;
  }

  /** Kills it in one of its next calls. */
  killWithin(calls: number, random: Random): void {
    this.doom = { calls: random.below(calls + 1), cut: random.below(2) === 0 ? 'before' : 'after' };
  }

  /** Of one that is frozen already the longer one counts. */
  freeze(ms: number): void {
    this.frozenUntil = Math.max(this.frozenUntil, this.clock.now() + ms);
    this.frozen ??= new Promise((resolve) => this.thawLater(resolve));
  }

  private thawLater(thawed: () => void): void {
    this.clock.setTimer(this.frozenUntil - this.clock.now(), () => {
      if (this.clock.now() < this.frozenUntil) return this.thawLater(thawed);
      this.frozen = undefined;
      thawed();
    });
  }

  now(): number {
    return this.clock.now();
  }

  setTimer(delay: number, callback: () => void): ClockTimer {
    return this.clock.setTimer(delay, () => {
      if (this.isDead) return;
      if (this.frozen === undefined) callback();
      else void this.frozen.then(() => (this.isDead ? undefined : callback()));
    });
  }

  /** The store as this process reaches it. */
  reach({ queue, state }: TaskBackend): TaskBackend {
    return {
      queue: this.mortal(queue, {
        capabilities: { ...queue.capabilities, scope: 'fleet' },
      }),
      state: this.mortal(state, {
        index: (name) => this.mortal(state.index(name), {}),
      }),
    };
  }

  private mortal<T extends object>(store: T, own: Partial<T>): T {
    return new Proxy(store, {
      get: (target, key) => {
        if (key in own) return (own as Record<PropertyKey, unknown>)[key];
        const member = (target as Record<PropertyKey, unknown>)[key];
        if (typeof member !== 'function' || key === 'declare' || key === 'subscribe') {
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        }
        return (...args: unknown[]) => this.call(() => member.apply(target, args) as Promise<unknown>);
      },
    });
  }

  private async call(send: () => Promise<unknown>): Promise<unknown> {
    // Whoever is frozen sends what it was about to send when it wakes up.
    if (this.frozen !== undefined) await this.frozen;
    const { doom } = this;
    const isLast = doom !== undefined && doom.calls-- <= 0;
    if (this.isDead || (isLast && doom.cut === 'before')) return this.end();
    const answer = await send();
    if (isLast) return this.end();
    if (this.frozen !== undefined) await this.frozen;
    return this.isDead ? this.end() : answer;
  }

  private end(): Promise<never> {
    this.isDead = true;
    return new Promise(() => undefined);
  }
}
