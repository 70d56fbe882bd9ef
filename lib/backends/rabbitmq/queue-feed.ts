import type { Channel, ConsumeMessage } from 'amqplib';
import type { BackendSubscription, Ms } from '../../contract/index.js';
import { Delivery } from './delivery.js';
import type { Session } from './session.js';

/** Messages that come within so long of those before are part of a flow. */
const FLOWING: Ms = 3;
/** So long those of a flow are gathered, or until they fill half of the slots: else 100 slots took eight or nine at a time, with two claims for each. */
const MOMENT: Ms = 2;

interface Subscriber {
  demand: number;
  readonly onAvailable: () => void;
}

export interface FeedHost {
  /** What a feed wants has changed. */
  steer(feed: QueueFeed): void;
  /** The broker has ended the consumer: its queue was deleted, or its node is gone. */
  cancelled(feed: QueueFeed): void;
}

/** What the broker pushes of one queue, and who wants it. */
export class QueueFeed {
  /** Delivered and not claimed. */
  buffer: Delivery[] = [];
  /** Claimed and not settled. */
  running = 0;
  prefetch = 0;
  consumerTag: string | undefined;
  /** When something was delivered or claimed last. */
  touchedAt = 0;
  /** The queue is paused: nothing is consumed until it may have been resumed. */
  isPaused = false;
  /** How often the ledger had news of it. */
  news = 0;
  private readonly subscribers = new Set<Subscriber>();
  private isTelling = false;
  /** Runs while messages of a flow are gathered. */
  private gathering: NodeJS.Timeout | undefined;
  private toldAt = 0;

  constructor(
    readonly queue: string,
    readonly atBroker: string,
    private readonly host: FeedHost,
  ) {}

  get demand(): number {
    let most = 0;
    for (const { demand } of this.subscribers) most = Math.max(most, demand);
    return most;
  }

  /** Whether somebody listens, so that claims wait for what is pushed instead of fetching. */
  get isServed(): boolean {
    return (
      this.subscribers.size > 0 && (this.demand > 0 || this.running > 0 || this.consumerTag !== undefined)
    );
  }

  subscribe(demand: number, onAvailable: () => void): BackendSubscription {
    const subscriber: Subscriber = { demand, onAvailable };
    this.subscribers.add(subscriber);
    this.host.steer(this);
    return {
      setDemand: (next) => {
        const before = subscriber.demand;
        subscriber.demand = next;
        if (before === 0 && next > 0 && this.buffer.length > 0) this.tell();
        this.host.steer(this);
      },
      close: () => {
        if (this.subscribers.delete(subscriber)) this.host.steer(this);
      },
    };
  }

  /** Starts to consume, so many messages unacknowledged at most. */
  async consume(channel: Channel, session: Session, prefetch: number): Promise<void> {
    this.prefetch = prefetch;
    await channel.prefetch(prefetch);
    const { consumerTag } = await channel.consume(this.atBroker, (message) => this.receive(message, session));
    this.consumerTag = consumerTag;
  }

  async stop(channel: Channel): Promise<void> {
    const tag = this.consumerTag;
    this.consumerTag = undefined;
    this.prefetch = 0;
    if (tag !== undefined) await channel.cancel(tag);
  }

  /** The channel is gone, and with it what it had delivered. */
  reset(): void {
    this.consumerTag = undefined;
    this.prefetch = 0;
    this.running = 0;
    this.buffer = [];
  }

  handBack(): void {
    for (const delivery of this.buffer.splice(0)) delivery.nack();
  }

  /** None while too few of a flow are there: of them it is told in a moment. */
  take(limit: number): Delivery[] {
    if (this.gathering !== undefined && this.buffer.length < limit / 2) return [];
    if (this.buffer.length === 0) return [];
    this.touchedAt = performance.now();
    return this.buffer.splice(0, limit);
  }

  /** What could not run yet, first again. */
  putBack(deliveries: readonly Delivery[]): void {
    const live = deliveries.filter(({ isLive }) => isLive);
    if (live.length === 0) return;
    this.buffer.unshift(...live);
    // Whoever had them may want none any more: then they go back to the broker.
    this.host.steer(this);
  }

  deliver(message: ConsumeMessage, session: Session): Delivery {
    return new Delivery(this.queue, message, session);
  }

  /** Once for all that arrives in this turn of the event loop, or, while they come in quick succession, within a moment: the driver hands out a few at a time. */
  tell(): void {
    if (this.gathering !== undefined) {
      if (this.buffer.length < this.demand / 2) return;
      clearTimeout(this.gathering);
      this.gathering = undefined;
    } else if (this.isTelling) return;
    else if (performance.now() - this.toldAt < FLOWING && this.buffer.length < this.demand / 2) {
      this.gathering = setTimeout(() => this.tellNow(), MOMENT);
      return;
    }
    this.isTelling = true;
    setImmediate(() => this.tellNow());
  }

  private tellNow(): void {
    this.gathering = undefined;
    this.isTelling = false;
    this.toldAt = performance.now();
    for (const { demand, onAvailable } of this.subscribers) if (demand > 0) onAvailable();
  }

  private receive(message: ConsumeMessage | null, session: Session): void {
    if (message === null) {
      this.consumerTag = undefined;
      this.host.cancelled(this);
      return;
    }
    this.touchedAt = performance.now();
    this.buffer.push(this.deliver(message, session));
    if (this.demand > 0) this.tell();
    else this.host.steer(this);
  }
}
