import type { Clock, ClockTimer, Ms, StateSubscription } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import { OutboxRelay, type RelayParts, type RelayStep } from './outbox-relay.js';

/** A look that nothing asked for, in case a message was lost. */
const POLL: Ms = 5_000;
/** Pauses while something is in trouble: doubled each time. */
const TROUBLE: { readonly first: Ms; readonly most: Ms } = { first: 100, most: 5_000 };

export interface LoopParts extends RelayParts {
  readonly clock: Clock;
  /** Of the outbox, in the options. */
  readonly outbox: string;
  readonly logger: { error(message: string): void; warn(message: string): void };
}

/** What a relay has done in this process. */
export interface OutboxRelayStats {
  /** The backend that it relays to, and the one that the outbox lies in. */
  readonly backend: string;
  readonly outbox: string;
  /** Whether it is this process that relays now. */
  readonly isLeader: boolean;
  /** Jobs that the broker has accepted, or had already. */
  readonly relayed: number;
  /** Jobs that it will never accept. They are kept. */
  readonly refused: number;
  /** Steps that failed because the database or the broker was not there. */
  readonly failures: number;
}

/** Lets a relay go its steps: when something is committed, when a pause is over, and now and then. */
export class OutboxLoop {
  private readonly relay: OutboxRelay;
  private subscription: StateSubscription | undefined;
  private timer: ClockTimer | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private isWoken = false;
  /** Another process relays: what is committed is its business. */
  private isDeaf = false;
  private inTrouble = 0;
  private failures = 0;

  constructor(private readonly parts: LoopParts) {
    this.relay = new OutboxRelay(parts);
  }

  get stats(): OutboxRelayStats {
    const { backend, outbox } = this.parts;
    const { isLeader, relayed, refused } = this.relay;
    return { backend, outbox, isLeader, relayed, refused, failures: this.failures };
  }

  start(): void {
    void this.watch();
    this.wake();
  }

  /** Ends the step under way and lets another process relay. Never rejects. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.running;
    await this.subscription?.close().catch(() => undefined);
    await this.relay.release().catch(() => undefined);
  }

  /** Without the push it is found by the slow look. */
  private async watch(): Promise<void> {
    try {
      const subscription = await this.parts.store.watch((isFree) => this.hear(isFree));
      if (this.isStopped) await subscription.close();
      else this.subscription = subscription;
    } catch {
      if (!this.isStopped) this.parts.clock.setTimer(POLL, () => void (this.isStopped || this.watch()));
    }
  }

  private hear(isFree: boolean): void {
    if (isFree) this.isDeaf = false;
    if (!this.isDeaf) this.wake();
  }

  private wake(): void {
    this.isWoken = true;
    // In trouble the pause is waited for: who is down is not asked more often because there is more to tell.
    if (this.running !== undefined || this.isStopped || this.inTrouble > 0) return;
    this.run();
  }

  private run(): void {
    this.timer?.cancel();
    this.running = this.goOn().finally(() => (this.running = undefined));
  }

  private async goOn(): Promise<void> {
    let pause: Ms = 0;
    while (pause === 0 && !this.isStopped) {
      this.isWoken = false;
      pause = await this.step();
      if (this.isWoken && this.inTrouble === 0 && !this.isDeaf) pause = 0;
    }
    if (this.isStopped) return;
    this.timer = this.parts.clock.setTimer(pause, () => this.run());
  }

  /** @returns how long to pause */
  private async step(): Promise<Ms> {
    try {
      const step = await this.relay.step();
      this.inTrouble = 0;
      this.isDeaf = step.kind === 'other';
      return pauseAfter(step);
    } catch (error) {
      this.failures++;
      const pause = Math.min(TROUBLE.most, TROUBLE.first * 2 ** this.inTrouble++);
      const { backend, outbox, logger } = this.parts;
      const { message } = toErrorRecord(error);
      logger.warn(
        `Outbox "${outbox}" could not be relayed to "${backend}", again in ${pause} ms: ${message}`,
      );
      return pause;
    }
  }
}

function pauseAfter(step: RelayStep): Ms {
  switch (step.kind) {
    case 'more':
      return 0;
    case 'idle':
      return POLL;
    case 'full':
      return step.wait;
    case 'other':
      // Several wait for the same moment.
      return Math.max(50, step.wait) + Math.random() * 500;
  }
}
