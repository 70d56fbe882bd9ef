import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Ms } from '../../contract/index.js';
import { MessageLimit } from './message-limit.js';
import { type Publication, Publisher, type PublishOutcome } from './publisher.js';
import { SteadyChannel } from './steady-channel.js';

/** Channels of one connection: a broker confirms each by itself, and works on one while the other is written. */
const LANES = 2;

interface Lane {
  readonly publisher: Publisher;
  readonly channel: SteadyChannel<ConfirmChannel>;
}

/**
 * Publishes on several channels in turn. On one alone the confirms of all that is under way come together, so that producers and broker wait for each
 * other by turns. What is published by one call goes on one channel, in its order.
 */
export class PublisherLanes {
  readonly limit = new MessageLimit();
  private readonly lanes: readonly Lane[];

  /** @param onReopened a channel is back that the broker had closed: what was under way on it can be published again */
  constructor(timeout: Ms, warn: (message: string) => void, onReopened: () => void = () => undefined) {
    this.lanes = Array.from({ length: LANES }, () => {
      const publisher = new Publisher(timeout, this.limit);
      let wasClosed = false;
      const channel = new SteadyChannel((model) => model.createConfirmChannel(), {
        opened: (opened: ConfirmChannel) => {
          publisher.opened(opened);
          if (wasClosed) onReopened();
          wasClosed = false;
        },
        lost: (why) => {
          wasClosed = why !== undefined;
          publisher.lost();
        },
        warn,
      });
      return { publisher, channel };
    });
  }

  get isOpen(): boolean {
    return this.lanes.some(({ publisher }) => publisher.isOpen);
  }

  async start(model: ChannelModel): Promise<void> {
    this.limit.forget();
    await Promise.all(this.lanes.map(({ channel }) => channel.start(model)));
  }

  stop(): void {
    for (const { channel } of this.lanes) channel.stop();
  }

  /** Waits for no confirm any longer. */
  abandon(): void {
    for (const { publisher } of this.lanes) publisher.abandon();
  }

  /** Each has its outcome; it never rejects. */
  publish(publications: readonly Publication[]): Promise<readonly PublishOutcome[]> {
    const [first, ...others] = this.lanes.map(({ publisher }) => publisher);
    const emptier = (one: Publisher, other: Publisher): Publisher =>
      other.isOpen && (!one.isOpen || other.load < one.load) ? other : one;
    return others.reduce(emptier, first as Publisher).publish(publications);
  }
}
