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
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
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

  describe('in a flow', () => {
    beforeEach(() => {
      arrive();
      vi.advanceTimersByTime(0);
      feed.take(10);
      arrive();
      vi.advanceTimersByTime(0);
    });

    it('gathers for two milliseconds what follows at once', () => {
      expect(told).toEqual([1]);
      arrive();
      vi.advanceTimersByTime(2);
      expect(told).toEqual([1, 2]);
    });

    it('hands out none of what is gathered before it tells of it', () => {
      expect(feed.take(10)).toEqual([]);
      vi.advanceTimersByTime(2);
      expect(feed.take(10)).toHaveLength(1);
    });

    it('waits no longer when half of the slots have something', () => {
      for (let more = 0; more < 4; more++) arrive();
      vi.advanceTimersByTime(0);
      expect(told).toEqual([1, 5]);
      vi.advanceTimersByTime(10);
      expect(told).toEqual([1, 5]);
    });

    it('hands out what there is to somebody who has few slots', () => {
      expect(feed.take(2)).toHaveLength(1);
    });
  });

  it('is no busier for being asked in vain, so that the room of idle queues is for the others', () => {
    const before = feed.touchedAt;
    feed.take(10);
    expect(feed.touchedAt).toBe(before);
    arrive();
    feed.take(10);
    expect(feed.touchedAt).toBeGreaterThan(before);
  });

  it('gathers nothing any more when the flow is over', () => {
    arrive();
    vi.advanceTimersByTime(10);
    arrive();
    vi.advanceTimersByTime(0);
    expect(told).toEqual([1, 2]);
  });
});
