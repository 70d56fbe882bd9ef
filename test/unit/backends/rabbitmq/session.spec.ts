import type { Channel, Message } from 'amqplib';
import { beforeEach, describe, expect, it } from 'vitest';
import { Delivery } from '../../../../lib/backends/rabbitmq/delivery.js';
import { Session } from '../../../../lib/backends/rabbitmq/session.js';

/** What goes to the broker: `ack 3 and before`, `ack 3`, `nack 3`. */
class RecordingChannel {
  readonly frames: string[] = [];
  isClosed = false;

  ack({ fields: { deliveryTag } }: Message, allUpTo = false): void {
    this.write(`ack ${deliveryTag}${allUpTo ? ' and before' : ''}`);
  }

  nack({ fields: { deliveryTag } }: Message, allUpTo = false, requeue = true): void {
    this.write(`nack ${deliveryTag}${allUpTo ? ' and before' : ''}${requeue ? '' : ' for good'}`);
  }

  private write(frame: string): void {
    if (this.isClosed) throw new Error('Channel closed');
    this.frames.push(frame);
  }
}

const message = (deliveryTag: number): Message =>
  ({
    fields: { deliveryTag, redelivered: false, exchange: '', routingKey: '' },
    properties: { messageId: `job-${deliveryTag}`, headers: {} },
    content: Buffer.from(''),
  }) as unknown as Message;

describe('Session', () => {
  let channel: RecordingChannel;
  let session: Session;
  beforeEach(() => {
    channel = new RecordingChannel();
    session = new Session(channel as unknown as Channel);
  });
  const take = (...tags: number[]) => tags.forEach((tag) => session.take(message(tag)));
  const ack = (...tags: number[]) => tags.forEach((tag) => session.ack(tag));

  it.each([
    { of: [1], done: [1], frames: ['ack 1'] },
    { of: [1, 2, 3], done: [1, 2, 3], frames: ['ack 3 and before'] },
    { of: [1, 2, 3], done: [3, 1, 2], frames: ['ack 3 and before'] },
    { of: [1, 2, 3, 4], done: [1, 2, 4], frames: ['ack 2 and before', 'ack 4'] },
    { of: [1, 2, 3, 4], done: [1, 3, 4], frames: ['ack 1', 'ack 3', 'ack 4'] },
    { of: [1, 2, 3], done: [2, 3], frames: ['ack 2', 'ack 3'] },
    { of: [4, 9], done: [4, 9], frames: ['ack 9 and before'] },
    { of: [1, 2], done: [], frames: [] },
  ])('of $of in hand acknowledges $done as $frames', ({ of, done, frames }) => {
    take(...of);
    ack(...done);
    session.flush();
    expect(channel.frames).toEqual(frames);
  });

  it('writes nothing before it is flushed', () => {
    take(1);
    ack(1);
    expect(channel.frames).toEqual([]);
  });

  it('acknowledges nothing twice', () => {
    take(1, 2);
    ack(1, 1);
    session.flush();
    ack(1);
    session.flush();
    expect(channel.frames).toEqual(['ack 1']);
  });

  it('acknowledges nothing that it was not handed', () => {
    take(1);
    ack(2);
    session.flush();
    expect(channel.frames).toEqual([]);
  });

  it('goes on from what the last flush left open', () => {
    take(1, 2, 3);
    ack(2);
    session.flush();
    ack(1, 3);
    session.flush();
    expect(channel.frames).toEqual(['ack 2', 'ack 3 and before']);
  });

  it('never covers what is still in hand by an acknowledgement of many', () => {
    take(1, 2, 3, 4, 5);
    ack(1, 2, 4, 5);
    session.flush();
    expect(channel.frames.filter((frame) => frame.endsWith('and before'))).toEqual(['ack 2 and before']);
  });

  it('gives a message back at once, to its queue', () => {
    take(1, 2);
    session.nack(2);
    expect(channel.frames).toEqual(['nack 2']);
  });

  it('covers a hole that was given back', () => {
    take(1, 2, 3);
    session.nack(2);
    ack(1, 3);
    session.flush();
    expect(channel.frames).toEqual(['nack 2', 'ack 3 and before']);
  });

  describe('whose channel is gone', () => {
    it('drops acknowledgements: their tags mean other messages on the next channel', () => {
      take(1);
      ack(1);
      session.isOver = true;
      session.flush();
      session.nack(1);
      expect(channel.frames).toEqual([]);
    });

    it('survives a channel that throws, and is over then', () => {
      take(1);
      ack(1);
      channel.isClosed = true;
      session.flush();
      expect(session.isOver).toBe(true);
    });
  });
});

describe('Delivery', () => {
  let channel: RecordingChannel;
  let session: Session;
  const deliver = (tag: number) => new Delivery('mails', message(tag), session);
  beforeEach(() => {
    channel = new RecordingChannel();
    session = new Session(channel as unknown as Channel);
  });

  it('ends once, by what came first', () => {
    const delivery = deliver(1);
    delivery.nack();
    delivery.ack();
    delivery.nack();
    session.flush();
    expect(channel.frames).toEqual(['nack 1']);
  });

  it('is live until it ends', () => {
    const delivery = deliver(1);
    expect(delivery.isLive).toBe(true);
    delivery.ack();
    expect(delivery.isLive).toBe(false);
  });

  it('is not live once its channel is gone', () => {
    const delivery = deliver(1);
    session.isOver = true;
    expect(delivery.isLive).toBe(false);
  });

  it('is dropped by an acknowledgement and not by being given back', () => {
    const [dropped, back] = [deliver(1), deliver(2)];
    dropped.ack();
    back.nack();
    expect([dropped.isDropped, back.isDropped]).toEqual([true, false]);
  });
});
