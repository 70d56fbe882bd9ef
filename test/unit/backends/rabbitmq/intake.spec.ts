import { EventEmitter } from 'node:events';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { BackendSubscription } from '../../../../lib/contract/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Intake } from '../../../../lib/backends/rabbitmq/intake.js';
import { aMessage } from './a-message.js';

const QUEUE = 'mails';

class FakeChannel extends EventEmitter {
  push: ((message: ConsumeMessage | null) => void) | undefined;
  isClosed = false;
  readonly acked: number[] = [];
  readonly returned: number[] = [];

  async prefetch(): Promise<void> {
    // Nobody looks.
  }

  async consume(_queue: string, listener: (message: ConsumeMessage | null) => void) {
    this.push = listener;
    return { consumerTag: 'mine' };
  }

  ack({ fields }: ConsumeMessage): void {
    this.acked.push(fields.deliveryTag);
  }

  nack({ fields }: ConsumeMessage): void {
    this.returned.push(fields.deliveryTag);
  }

  async cancel(): Promise<void> {
    this.push = undefined;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.emit('close');
  }
}

describe('an intake', () => {
  let channels: FakeChannel[];
  let lost: string[];
  let warnings: string[];
  let outlives: () => Promise<boolean>;
  let intake: Intake;
  let subscription: BackendSubscription;
  const consuming = () => channels.filter(({ push, isClosed }) => push !== undefined && !isClosed);
  const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  beforeEach(async () => {
    vi.useFakeTimers();
    [channels, lost, warnings] = [[], [], []];
    intake = new Intake({
      commandTimeout: 1_000,
      declare: async () => undefined,
      outlivesConsumers: () => outlives(),
      onQueueLost: (queue) => lost.push(queue),
      warn: (message) => warnings.push(message),
      atBroker: (queue) => `tasks.${queue}`,
    });
    const createChannel = async () => {
      const channel = new FakeChannel();
      channels.push(channel);
      return channel;
    };
    await intake.up({ createChannel } as unknown as ChannelModel);
    subscription = intake.subscribe(QUEUE, 10, () => undefined);
    await elapse(50);
  });
  afterEach(() => vi.useRealTimers());

  it.each([
    ['wants nothing any more', () => subscription.setDemand(0)],
    ['has left', () => subscription.close()],
  ])('gives back what could not run while its worker %s', async (_, stop) => {
    const [channel] = consuming();
    channel!.push!(aMessage({}, '{}', { deliveryTag: 1 }) as ConsumeMessage);
    const feed = intake.feed(QUEUE);
    const taken = feed.take(1);
    stop();
    await elapse(500);
    feed.putBack(taken);
    await elapse(500);
    expect(channel!.returned).toEqual([1]);
  });

  describe('whose consumer the broker ends', () => {
    it('of a queue that is gone is one of a queue that lost its messages', async () => {
      outlives = async () => false;
      const [channel] = consuming();
      channel!.push!(null);
      await elapse(0);
      expect({ lost, isClosed: channel!.isClosed }).toEqual({ lost: [QUEUE], isClosed: false });
    });

    it('is as good as lost where nobody knows', async () => {
      outlives = () => Promise.reject(new Error('no connection'));
      consuming()[0]!.push!(null);
      await elapse(0);
      expect(lost).toEqual([QUEUE]);
    });

    it('of a queue that is there starts over on a new channel: nobody knows what was given to others', async () => {
      outlives = async () => true;
      const [channel] = consuming();
      for (const deliveryTag of [1, 2]) channel!.push!(aMessage({}, '{}', { deliveryTag }) as ConsumeMessage);
      const [done, running] = intake.feed(QUEUE).take(2);
      done!.ack();
      channel!.push!(null);
      await elapse(300);
      expect(lost).toEqual([]);
      expect(warnings.join()).toContain(`"${QUEUE}", which had a message in hand for too long`);
      expect({ acked: channel!.acked, isLive: running!.isLive }).toEqual({ acked: [1], isLive: false });
      expect(consuming()).not.toContain(channel);
      expect(consuming()).toHaveLength(1);
    });
  });
});
