import type { Channel, ConsumeMessage } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueFeed } from '../../../../lib/backends/rabbitmq/queue-feed.js';
import { Session } from '../../../../lib/backends/rabbitmq/session.js';
import { aMessage } from './a-message.js';

describe('a queue that is listened to', () => {
  let feed: QueueFeed;
  let told: number[];
  let push: (message: ConsumeMessage | null) => void;
  let tag = 0;
  const arrive = (): void => push(aMessage({}, '{}', { deliveryTag: ++tag }) as ConsumeMessage);
  const channel = {
    prefetch: async () => undefined,
    consume: async (_: string, listener: typeof push) => {
      push = listener;
      return { consumerTag: 'mine' };
    },
  } as unknown as Channel;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance'] });
    told = [];
    feed = new QueueFeed('mails', 'tasks.mails', { steer: () => undefined, cancelled: () => undefined });
    feed.subscribe(10, () => void told.push(feed.buffer.length));
    await feed.consume(channel, new Session(channel), 10);
    vi.advanceTimersByTime(1_000);
  });
  afterEach(() => void vi.useRealTimers());

  it('tells of a lone message in the same turn of the event loop', () => {
    arrive();
    expect(told).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(told).toEqual([1]);
  });

  it('tells once of all that arrive in a turn', () => {
    arrive();
    arrive();
    vi.advanceTimersByTime(0);
    expect(told).toEqual([2]);
  });

  it('gathers for a millisecond what follows at once', () => {
    arrive();
    vi.advanceTimersByTime(0);
    arrive();
    vi.advanceTimersByTime(0);
    expect(told).toEqual([1]);
    arrive();
    vi.advanceTimersByTime(1);
    expect(told).toEqual([1, 3]);
  });

  it('gathers nothing any more when the flow is over', () => {
    arrive();
    vi.advanceTimersByTime(10);
    arrive();
    vi.advanceTimersByTime(0);
    expect(told).toEqual([1, 2]);
  });
});
