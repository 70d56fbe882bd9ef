import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import type { BackendSubscription, Ms } from '../../contract/index.js';
import { Delivery } from './delivery.js';
import { fairPrefetch } from './fair-prefetch.js';
import { endedWithin, inTime } from './in-time.js';
import { type FeedHost, QueueFeed } from './queue-feed.js';
import { isNotFound } from './rabbitmq-errors.js';
import { Session } from './session.js';
import { SteadyChannel } from './steady-channel.js';

/** Messages that lie here while nobody asks go back after this long. */
const LINGER: Ms = 100;
/** How long the broker may take to hear of the last acknowledgements. */
const PARTING: Ms = 1_000;
/** Consumers are tuned at most this often. */
const TUNING: Ms = 20;

export interface IntakeHooks {
  /** How long the broker may take to answer. */
  readonly commandTimeout: Ms;
  /** Declares the queue again. */
  declare(queue: string): Promise<void>;
  /** Whether a queue is there although the broker has ended its consumer, as it does where a message was in hand for too long (from RabbitMQ 4.3 on). */
  outlivesConsumers(queue: string): Promise<boolean>;
  /** What the queue held may be gone with it: what the ledger says is ready has to be published again. */
  onQueueLost(queue: string): void;
  warn(message: string): void;
  atBroker(queue: string): string;
}

/** Everything that comes from the broker: pushed by consumers while somebody listens, else fetched one by one. */
export class Intake implements FeedHost {
  private readonly feeds = new Map<string, QueueFeed>();
  private readonly pushed: SteadyChannel<Channel>;
  private readonly fetched: SteadyChannel<Channel>;
  private pushSession: Session | undefined;
  private fetchSession: Session | undefined;
  private steps: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private meanHold: Ms = 0;
  private isClosed = false;

  constructor(private readonly hooks: IntakeHooks) {
    const make = async (model: ChannelModel) => model.createChannel();
    this.pushed = new SteadyChannel(make, {
      opened: (channel) => {
        this.pushSession = new Session(channel);
        for (const feed of this.feeds.values()) this.steer(feed);
      },
      lost: (why) => this.lose(why),
      warn: (message) => hooks.warn(message),
    });
    this.fetched = new SteadyChannel(make, {
      opened: (channel) => void (this.fetchSession = new Session(channel)),
      lost: () => {
        if (this.fetchSession !== undefined) this.fetchSession.isOver = true;
        this.fetchSession = undefined;
      },
      warn: (message) => hooks.warn(message),
    });
  }

  /** It may have been closed: an attempt to connect that failed let go of everything. */
  open(): void {
    this.isClosed = false;
  }

  async up(model: ChannelModel): Promise<void> {
    await Promise.all([this.pushed.start(model), this.fetched.start(model)]);
  }

  down(): void {
    this.pushed.stop();
    this.fetched.stop();
  }

  /** Stops every consumer; what lies here goes back with the channel. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await endedWithin(this.steps, PARTING);
    this.flush();
    await endedWithin(Promise.all([this.pushed.end(), this.fetched.end()]), PARTING);
  }

  feed(queue: string): QueueFeed {
    let feed = this.feeds.get(queue);
    if (feed === undefined) {
      feed = new QueueFeed(queue, this.hooks.atBroker(queue), this);
      this.feeds.set(queue, feed);
    }
    return feed;
  }

  subscribe(queue: string, demand: number, onAvailable: () => void): BackendSubscription {
    return this.feed(queue).subscribe(demand, onAvailable);
  }

  /** Up to so many messages that are there now, while no consumer is pushed any. */
  async fetch(queue: string, limit: number): Promise<Delivery[]> {
    const found: Delivery[] = [];
    const [channel, session] = [this.fetched.current, this.fetchSession];
    while (channel !== undefined && session !== undefined && found.length < limit) {
      const deliver = (message: GetMessage) => new Delivery(queue, message, session);
      const sought = channel.get(this.hooks.atBroker(queue));
      const message = await inTime(sought, this.hooks.commandTimeout).catch((error: unknown) => {
        if (isNotFound(error)) this.hooks.onQueueLost(queue);
        // One that comes too late is nobody's here.
        sought.then((late) => late !== false && deliver(late).nack()).catch(() => undefined);
        return false as const;
      });
      if (message === false) break;
      found.push(deliver(message));
    }
    return found;
  }

  /** Sends the acknowledgements that were gathered. */
  flush(): void {
    this.pushSession?.flush();
    this.fetchSession?.flush();
  }

  /** Takes note of how long a job was in hand. */
  held(time: Ms): void {
    this.meanHold += (time - this.meanHold) / 8;
  }

  /** Takes note that a queue is paused: what lies here goes back, until somebody hears that it goes on. */
  pause(feed: QueueFeed): void {
    feed.isPaused = true;
    this.steer(feed);
  }

  /** The ledger has news of a queue: it may go on, and what lies here may run. */
  resume(feed: QueueFeed): void {
    feed.news++;
    if (feed.buffer.length > 0) feed.tell();
    if (!feed.isPaused) return;
    feed.isPaused = false;
    this.steer(feed);
  }

  steer(feed: QueueFeed): void {
    if (this.isClosed) return;
    const isStart = feed.consumerTag === undefined && feed.demand > 0;
    this.arm(isStart || feed.isPaused ? 0 : feed.buffer.length > 0 && feed.demand === 0 ? LINGER : TUNING);
  }

  cancelled(feed: QueueFeed): void {
    void this.hooks
      .outlivesConsumers(feed.queue)
      .catch(() => false)
      .then((isThere) => (isThere ? this.startOver(feed) : this.lost(feed)));
  }

  /** Some of what is in hand was given to others, and nobody says what: all of it is handed back, and what runs here is known when it comes again. */
  private startOver({ queue }: QueueFeed): void {
    this.hooks.warn(
      `the broker has ended the consumer of queue "${queue}", which had a message in hand for too long: its channel is opened again`,
    );
    this.flush();
    this.pushed.renew();
  }

  private lost(feed: QueueFeed): void {
    this.hooks.warn(
      `the broker has ended the consumer of queue "${feed.queue}": it is declared and consumed again`,
    );
    this.hooks.onQueueLost(feed.queue);
    setTimeout(() => this.steer(feed), TUNING).unref();
  }

  private arm(wait: Ms): void {
    if (this.timer !== undefined && wait > 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.steps = this.steps.then(() => this.tune()).catch(() => undefined);
    }, wait);
    this.timer.unref();
  }

  private async tune(): Promise<void> {
    const targets = fairPrefetch([...this.feeds.values()], this.meanHold, performance.now());
    for (const [feed, target] of targets) {
      const [channel, session] = [this.pushed.current, this.pushSession];
      if (channel === undefined || session === undefined || this.isClosed) return;
      try {
        await this.tuneOne(feed, target, channel, session);
      } catch (error) {
        this.hooks.warn(`queue "${feed.queue}" could not be consumed, again in a moment: ${String(error)}`);
        if (isNotFound(error)) this.hooks.onQueueLost(feed.queue);
        setTimeout(() => this.steer(feed), 1_000).unref();
      }
    }
  }

  private async tuneOne(feed: QueueFeed, target: number, channel: Channel, session: Session): Promise<void> {
    const { prefetch, demand } = feed;
    const isIdle = demand === 0 && performance.now() - feed.touchedAt >= LINGER * 0.9;
    if (feed.isPaused || target === 0 || (isIdle && feed.buffer.length > 0)) {
      await feed.stop(channel);
      feed.handBack();
    } else if (feed.consumerTag === undefined) {
      if (demand === 0) return;
      await this.hooks.declare(feed.queue);
      if (feed.demand > 0) await feed.consume(channel, session, target);
    } else if (target > prefetch * 1.5 || target < prefetch * 0.4) {
      await feed.stop(channel);
      await feed.consume(channel, session, target);
    } else if (feed.buffer.length > 0 && demand === 0) this.arm(LINGER);
  }

  private lose(why: Error | undefined): void {
    if (why !== undefined)
      this.hooks.warn(`the broker has closed a channel, which is opened again: ${why.message}`);
    if (this.pushSession !== undefined) this.pushSession.isOver = true;
    this.pushSession = undefined;
    for (const feed of this.feeds.values()) feed.reset();
  }
}
