import type { Channel, Message } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { Delivery } from '../../../../lib/backends/rabbitmq/delivery.js';
import { Session } from '../../../../lib/backends/rabbitmq/session.js';
import { aMessage } from './a-message.js';

type Step = readonly [step: 'ack' | 'nack', tag: number, ofAllBefore: boolean];

function session(isClosing = false) {
  const steps: Step[] = [];
  const note =
    (step: Step[0]) =>
    ({ fields }: Message, ofAllBefore = false) => {
      if (isClosing) throw new Error('Channel closed');
      steps.push([step, fields.deliveryTag, ofAllBefore]);
    };
  const made = new Session({ ack: note('ack'), nack: note('nack') } as unknown as Channel);
  const deliver = (deliveryTag: number) =>
    new Delivery('mails', aMessage({ messageId: 'a' }, '{}', { deliveryTag }), made);
  return { steps, session: made, deliver };
}

describe('a delivery', () => {
  it('is acknowledged with the next flush, and not before', () => {
    const { deliver, steps, session: made } = session();
    deliver(1).ack();
    expect(steps).toEqual([]);
    made.flush();
    expect(steps).toEqual([['ack', 1, false]]);
  });

  it('goes back at once', () => {
    const { deliver, steps } = session();
    deliver(1).nack();
    expect(steps).toEqual([['nack', 1, false]]);
  });

  it.each<['ack' | 'nack', 'ack' | 'nack']>([
    ['ack', 'ack'],
    ['ack', 'nack'],
    ['nack', 'ack'],
    ['nack', 'nack'],
  ])('ends once: %s, then %s', (first, second) => {
    const { deliver, steps, session: made } = session();
    const delivery = deliver(1);
    delivery[first]();
    delivery[second]();
    made.flush();
    expect(steps.map(([step]) => step)).toEqual([first]);
  });

  it('is alive until it has ended', () => {
    const { deliver } = session();
    const delivery = deliver(1);
    expect(delivery.isLive).toBe(true);
    delivery.ack();
    expect(delivery.isLive).toBe(false);
  });

  it('is dead when its channel is, and says nothing on another', () => {
    const { deliver, steps, session: made } = session();
    const [one, other] = [deliver(1), deliver(2)];
    made.isOver = true;
    expect(one.isLive).toBe(false);
    one.ack();
    other.nack();
    made.flush();
    expect(steps).toEqual([]);
  });

  it('knows whether it will come again', () => {
    const { deliver } = session();
    const [kept, back] = [deliver(1), deliver(2)];
    kept.ack();
    back.nack();
    expect([kept.isDropped, back.isDropped]).toEqual([true, false]);
  });
});

describe('acknowledgements that are gathered', () => {
  const flushed = (acked: readonly number[], returned: readonly number[] = []): readonly Step[] => {
    const { deliver, steps, session: made } = session();
    const deliveries = [1, 2, 3, 4, 5].map(deliver);
    for (const tag of returned) deliveries[tag - 1]?.nack();
    for (const tag of acked) deliveries[tag - 1]?.ack();
    steps.length = 0;
    made.flush();
    return steps;
  };

  it.each<[string, number[], number[], Step[]]>([
    ['are one for all that are done from the first on', [3, 1, 2], [], [['ack', 3, true]]],
    [
      'pass over none that is not done',
      [2, 4],
      [],
      [
        ['ack', 2, false],
        ['ack', 4, false],
      ],
    ],
    [
      'are one up to the first that is not done, and one each behind',
      [1, 2, 5],
      [],
      [
        ['ack', 2, true],
        ['ack', 5, false],
      ],
    ],
    ['are not held up by one that went back', [1, 3], [2], [['ack', 3, true]]],
    ['are none when nothing is done', [], [1], []],
  ])('%s', (_, acked, returned, expected) => {
    expect(flushed(acked, returned)).toEqual(expected);
  });

  it('are sent once', () => {
    const { deliver, steps, session: made } = session();
    deliver(1).ack();
    made.flush();
    made.flush();
    expect(steps).toHaveLength(1);
  });

  it.each(['ack', 'nack'] as const)(
    'end the session, and no caller, when the channel is closing: %s',
    (step) => {
      const { deliver, session: made } = session(true);
      deliver(1)[step]();
      made.flush();
      expect(made.isOver).toBe(true);
    },
  );
});
