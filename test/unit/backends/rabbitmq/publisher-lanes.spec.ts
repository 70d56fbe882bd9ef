import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Publication } from '../../../../lib/backends/rabbitmq/publisher.js';
import { PublisherLanes } from '../../../../lib/backends/rabbitmq/publisher-lanes.js';

class FakeChannel extends EventEmitter {
  readonly ids: string[] = [];
  private readonly confirms: ((error: unknown) => void)[] = [];

  publish(_: string, __: string, ___: Buffer, options: { messageId: string }, confirm: () => void): boolean {
    this.ids.push(options.messageId);
    this.confirms.push(confirm);
    return true;
  }

  confirmAll(): void {
    for (const confirm of this.confirms.splice(0)) confirm(null);
  }

  async close(): Promise<void> {
    this.emit('close');
  }
}

const messages = (...ids: string[]): Publication[] =>
  ids.map((messageId) => ({ exchange: 'e', key: 'k', content: Buffer.alloc(0), options: { messageId } }));

describe('PublisherLanes', () => {
  let made: FakeChannel[];
  let lanes: PublisherLanes;
  const model = {
    createConfirmChannel: async () => {
      const channel = new FakeChannel();
      made.push(channel);
      return channel;
    },
  } as unknown as ChannelModel;
  beforeEach(async () => {
    made = [];
    lanes = new PublisherLanes(1_000, () => undefined);
    await lanes.start(model);
  });

  it('sends what one call publishes on one channel, in its order', () => {
    void lanes.publish(messages('a', 'b', 'c'));
    expect(made.map(({ ids }) => ids)).toEqual([['a', 'b', 'c'], []]);
  });

  it('sends the next on the channel that has less to confirm', async () => {
    void lanes.publish(messages('a', 'b'));
    void lanes.publish(messages('c'));
    void lanes.publish(messages('d'));
    expect(made.map(({ ids }) => ids)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    made[0]?.confirmAll();
    void lanes.publish(messages('e'));
    expect(made[0]?.ids).toEqual(['a', 'b', 'e']);
  });

  it('does with the one that is there when the broker has closed the other', async () => {
    made[0]?.emit('close');
    const outcomes = lanes.publish(messages('a', 'b'));
    expect(lanes.isOpen).toBe(true);
    made[1]?.confirmAll();
    expect(await outcomes).toEqual(['confirmed', 'confirmed']);
  });

  it('has sent nothing when its connection is gone', async () => {
    lanes.stop();
    expect(lanes.isOpen).toBe(false);
    expect(await lanes.publish(messages('a'))).toEqual(['not-sent']);
  });

  it('waits for no confirm any longer, on any channel', async () => {
    const outcomes = [lanes.publish(messages('a')), lanes.publish(messages('b'))];
    lanes.abandon();
    expect(await Promise.all(outcomes)).toEqual([['unknown'], ['unknown']]);
  });
});
