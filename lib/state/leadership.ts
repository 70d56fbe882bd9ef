import type { Clock, ClockTimer, Lease, Ms, StateBackend } from '../contract/index.js';

export interface LeadershipParts {
  readonly state: Pick<StateBackend, 'acquire' | 'renew' | 'release'>;
  /** What is led. */
  readonly name: string;
  /** Who stands for it: unique among all processes. */
  readonly owner: string;
  /** How long it holds without being renewed; so long nobody may lead when a leader dies. Renewed at a third of it. */
  readonly ttl: Ms;
  /** Gives it up when nobody has asked for so long. */
  readonly idleAfter: Ms;
  readonly clock: Clock;
}

/**
 * Makes one of all processes that share a store the one that does something for them all. It stands for it while somebody asks, and
 * another takes over when it dies, is cut off, or is asked no longer.
 */
export class Leadership {
  private lease: Lease | undefined;
  private until = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  private timer: ClockTimer | undefined;
  private turn: Promise<void> | undefined;
  private isStopped = false;

  constructor(private readonly parts: LeadershipParts) {}

  /** Whether this process leads now, by its own clock. Stands for it from the first question on. Never rejects. */
  async isHeld(): Promise<boolean> {
    const { clock } = this.parts;
    this.askedAt = clock.now();
    if (this.turn === undefined && this.timer === undefined && !this.isStopped) this.turn = this.take();
    await this.turn;
    return clock.now() < this.until;
  }

  /** Gives it up, so that another has it at once, and asks no more. Never rejects. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.turn;
    await this.giveUp();
  }

  private async take(): Promise<void> {
    const { state, name, owner, ttl, clock } = this.parts;
    // Counted from before the call: the store may have counted from any moment since.
    const since = clock.now();
    try {
      if (this.lease !== undefined && !(await state.renew(this.lease, ttl))) this.lease = undefined;
      this.lease ??= (await state.acquire(name, owner, ttl)) ?? undefined;
      this.until = this.lease === undefined ? Number.NEGATIVE_INFINITY : since + ttl;
    } catch {
      // A store in trouble: what is held runs out by itself, and the next turn asks again.
    }
    this.turn = undefined;
    if (this.isStopped) return;
    this.timer = clock.setTimer(ttl / 3, () => this.next());
  }

  private next(): void {
    const { clock, idleAfter } = this.parts;
    this.timer = undefined;
    if (clock.now() - this.askedAt < idleAfter) this.turn = this.take();
    else if (this.lease !== undefined) this.turn = this.giveUp();
  }

  private async giveUp(): Promise<void> {
    const { lease } = this;
    this.lease = undefined;
    this.until = Number.NEGATIVE_INFINITY;
    try {
      if (lease !== undefined) await this.parts.state.release(lease);
    } catch {
      // It runs out by itself.
    }
    this.turn = undefined;
  }
}
