import type { BackendSubscription } from '../../contract/index.js';
import { isolate } from '../isolate.js';

/** What a queue says of itself when somebody may have to be woken. */
export interface Wakeful {
  /** Whether a claim could take something now. */
  readonly isClaimable: boolean;
  /** The earliest moment at which that may change by itself. */
  nextMoment(): number;
}

class Subscriber implements BackendSubscription {
  /** Told since the latest claim: once is enough. */
  told = false;

  constructor(
    private readonly wakeUps: WakeUps,
    public demand: number,
    readonly onAvailable: () => void,
  ) {}

  setDemand(demand: number): void {
    this.demand = demand;
    if (demand > 0) this.wakeUps.announce();
  }

  close(): void {
    this.demand = 0;
    this.wakeUps.leave(this);
  }
}

/** Who waits for work on one queue. */
export class WakeUps {
  private readonly subscribers = new Set<Subscriber>();
  /** What the latest claim said of when to come back. */
  private namedMoment = Infinity;

  constructor(private readonly queue: Wakeful) {}

  subscribe(demand: number, onAvailable: () => void): BackendSubscription {
    const subscriber = new Subscriber(this, demand, onAvailable);
    this.subscribers.add(subscriber);
    this.announce();
    return subscriber;
  }

  leave(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
  }

  /** A claim has looked at everything there was. */
  claimed(): void {
    this.namedMoment = this.queue.nextMoment();
    for (const subscriber of this.subscribers) subscriber.told = false;
  }

  /** Wakes who has demand and has not been told since the latest claim, if there is anything to tell. */
  announce(): void {
    if (this.subscribers.size === 0) return;
    if (!this.queue.isClaimable && this.queue.nextMoment() >= this.namedMoment) return;
    for (const subscriber of this.subscribers) {
      if (subscriber.told || subscriber.demand === 0) continue;
      subscriber.told = true;
      isolate(subscriber.onAvailable);
    }
  }
}
