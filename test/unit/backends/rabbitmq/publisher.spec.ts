import { EventEmitter } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Publication, Publisher } from '../../../../lib/backends/rabbitmq/publisher.js';

type Confirm = (error: unknown) => void;

/** A channel whose broker answers when the test says so. */
class FakeChannel extends EventEmitter {
  readonly sent: { readonly id: string; readonly confirm: Confirm }[] = [];
  /** What `publish` answers: whether the buffer of the socket has room for more. */
  hasRoom = true;
  trouble: Error | undefined;

  publish(
    _exchange: string,
    _key: string,
    _content: Buffer,
    { messageId }: { messageId: string },
    confirm: Confirm,
  ): boolean {
    if (this.trouble !== undefined) throw this.trouble;
    this.sent.push({ id: messageId, confirm });
    return this.hasRoom;
  }

  get ids(): string[] {
    return this.sent.map(({ id }) => id);
  }

  answer(place: number, error: unknown = null): void {
    this.sent[place]!.confirm(error);
  }

  asDriver(): ConfirmChannel {
    return this as unknown as ConfirmChannel;
  }
}

const WINDOW = 1_000;
const TIMEOUT = 5_000;

const messages = (count: number, name = 'm'): Publication[] =>
  Array.from({ length: count }, (_, place) => ({
    exchange: 'tasks:work',
    key: 'mails',
    content: Buffer.from('{}'),
    options: { messageId: `${name}${place}` },
  }));

describe('Publisher', () => {
  let publisher: Publisher;
  let channel: FakeChannel;
  beforeEach(() => {
    vi.useFakeTimers();
    publisher = new Publisher(TIMEOUT);
    channel = new FakeChannel();
    publisher.opened(channel.asDriver());
  });
  afterEach(() => vi.useRealTimers());

  it('has as much of a load as there are messages without a confirm', () => {
    void publisher.publish(messages(WINDOW + 5));
    channel.answer(0);
    expect(publisher.load).toBe(WINDOW + 4);
  });

  describe('of a broker that takes no message of more than 10 bytes', () => {
    const of = (length: number) => messages(1).map((one) => ({ ...one, content: Buffer.alloc(length) }));
    const why = new Error(
      "Channel closed by server: 406 (PRECONDITION-FAILED) with message 'PRECONDITION_FAILED - message size 11 is larger than configured max size 10'",
    );
    const close = () => {
      channel.emit('error', why);
      for (const { confirm } of channel.sent) confirm(new Error('channel closed'));
      publisher.lost();
    };

    it('tells the one that has closed the channel from those that were under way with it', async () => {
      const outcomes = publisher.publish([...of(10), ...of(11), ...of(2)]);
      close();
      expect(await outcomes).toEqual(['unknown', 'too-large', 'unknown']);
    });

    it('sends no other such message', async () => {
      void publisher.publish(of(11));
      close();
      channel = new FakeChannel();
      publisher.opened(channel.asDriver());
      const outcomes = publisher.publish([...of(12), ...of(10)]);
      channel.answer(0);
      expect(await outcomes).toEqual(['too-large', 'confirmed']);
      expect(channel.sent).toHaveLength(1);
    });
  });

  describe('tells what became of each message', () => {
    it('in the order of the call, whatever the order of the confirms', async () => {
      const outcomes = publisher.publish(messages(3));
      channel.answer(2);
      channel.answer(0, new Error('message nacked'));
      channel.answer(1);
      expect(await outcomes).toEqual(['refused', 'confirmed', 'confirmed']);
    });

    it('that nobody waits for any longer, as far as it is known', async () => {
      const outcomes = publisher.publish(messages(WINDOW + 2));
      channel.answer(0);
      publisher.abandon();
      const told = await outcomes;
      expect([told[0], told[1], told.at(-1)]).toEqual(['confirmed', 'unknown', 'not-sent']);
    });

    it('of none, at once', async () => {
      expect(await publisher.publish([])).toEqual([]);
    });

    it('unroutable when it came back before its confirm, and confirmed when another did', async () => {
      const outcomes = publisher.publish(messages(2));
      channel.emit('return', { properties: { messageId: 'm1' } });
      channel.answer(0);
      channel.answer(1);
      expect(await outcomes).toEqual(['confirmed', 'unroutable']);
    });

    it('unroutable once: the same message may find its queue the next time', async () => {
      const first = publisher.publish(messages(1));
      channel.emit('return', { properties: { messageId: 'm0' } });
      channel.answer(0);
      expect(await first).toEqual(['unroutable']);
      const second = publisher.publish(messages(1));
      channel.answer(1);
      expect(await second).toEqual(['confirmed']);
    });

    it('unknown when its channel was closed before the broker confirmed', async () => {
      const outcomes = publisher.publish(messages(1));
      channel.answer(0, new Error('channel closed'));
      expect(await outcomes).toEqual(['unknown']);
    });

    it('not sent when the driver refuses to write it', async () => {
      channel.trouble = new Error('Channel closing');
      expect(await publisher.publish(messages(2))).toEqual(['not-sent', 'not-sent']);
    });

    it('not sent while there is no channel', async () => {
      publisher.lost();
      expect(await publisher.publish(messages(2))).toEqual(['not-sent', 'not-sent']);
      expect(channel.sent).toEqual([]);
    });
  });

  describe('keeps a window', () => {
    it('of a thousand messages without a confirm', () => {
      void publisher.publish(messages(WINDOW + 5));
      expect(channel.sent).toHaveLength(WINDOW);
    });

    it('that moves on by one with each confirm', () => {
      void publisher.publish(messages(WINDOW + 5));
      channel.answer(0);
      expect(channel.sent).toHaveLength(WINDOW + 1);
      expect(channel.ids.at(-1)).toBe(`m${WINDOW}`);
    });

    it('that moves on with a refusal, too', () => {
      void publisher.publish(messages(WINDOW + 5));
      channel.answer(7, new Error('message nacked'));
      expect(channel.sent).toHaveLength(WINDOW + 1);
    });

    it('for all calls together, first come first sent', async () => {
      const first = publisher.publish(messages(WINDOW + 1, 'a'));
      const second = publisher.publish(messages(1, 'b'));
      for (let place = 0; place < WINDOW + 2; place++) channel.answer(place);
      expect(channel.ids.slice(WINDOW)).toEqual([`a${WINDOW}`, 'b0']);
      expect(new Set(await first)).toEqual(new Set(['confirmed']));
      expect(await second).toEqual(['confirmed']);
    });

    it('through many windows, each message sent once', async () => {
      const outcomes = publisher.publish(messages(6 * WINDOW));
      for (let place = 0; place < 6 * WINDOW; place++) channel.answer(place);
      expect(await outcomes).toHaveLength(6 * WINDOW);
      expect(channel.ids).toEqual(messages(6 * WINDOW).map(({ options }) => options.messageId));
    });

    it('that is empty again on a new channel', () => {
      void publisher.publish(messages(WINDOW));
      publisher.lost();
      const next = new FakeChannel();
      publisher.opened(next.asDriver());
      void publisher.publish(messages(WINDOW, 'n'));
      expect(next.sent).toHaveLength(WINDOW);
    });

    it('that late answers of an earlier channel do not widen', () => {
      void publisher.publish(messages(3));
      publisher.lost();
      const next = new FakeChannel();
      publisher.opened(next.asDriver());
      void publisher.publish(messages(WINDOW + 5, 'n'));
      for (const place of [0, 1, 2]) channel.answer(place, new Error('channel closed'));
      expect(next.sent).toHaveLength(WINDOW);
    });
  });

  describe('waits while the socket is full', () => {
    beforeEach(() => (channel.hasRoom = false));

    it('and sends nothing more until it has drained', () => {
      void publisher.publish(messages(3));
      expect(channel.ids).toEqual(['m0']);
      channel.hasRoom = true;
      channel.emit('drain');
      expect(channel.ids).toEqual(['m0', 'm1', 'm2']);
    });

    it('and tells what was never sent apart from what nobody confirmed', async () => {
      const outcomes = publisher.publish(messages(3));
      await vi.advanceTimersByTimeAsync(TIMEOUT);
      expect(await outcomes).toEqual(['unknown', 'not-sent', 'not-sent']);
    });

    it('and does not send later what it has given up', async () => {
      const outcomes = publisher.publish(messages(3));
      await vi.advanceTimersByTimeAsync(TIMEOUT);
      await outcomes;
      channel.hasRoom = true;
      channel.emit('drain');
      expect(channel.ids).toEqual(['m0']);
    });

    it('and tells what waits as not sent when the channel is lost', async () => {
      const outcomes = publisher.publish(messages(3));
      channel.answer(0, new Error('channel closed'));
      publisher.lost();
      expect(await outcomes).toEqual(['unknown', 'not-sent', 'not-sent']);
    });
  });

  describe('answers within its timeout', () => {
    it('unknown for what was not confirmed, and keeps what was', async () => {
      const outcomes = publisher.publish(messages(3));
      channel.answer(1);
      await vi.advanceTimersByTimeAsync(TIMEOUT);
      expect(await outcomes).toEqual(['unknown', 'confirmed', 'unknown']);
    });

    it('and not before', async () => {
      const answered = vi.fn();
      void publisher.publish(messages(1)).then(answered);
      await vi.advanceTimersByTimeAsync(TIMEOUT - 1);
      expect(answered).not.toHaveBeenCalled();
    });

    it('and does not change its answer when a confirm comes later', async () => {
      const outcomes = publisher.publish(messages(1));
      await vi.advanceTimersByTimeAsync(TIMEOUT);
      const told = await outcomes;
      channel.answer(0);
      expect(told).toEqual(['unknown']);
    });

    it('and leaves no timer behind when all were confirmed', async () => {
      const outcomes = publisher.publish(messages(1));
      channel.answer(0);
      await outcomes;
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
