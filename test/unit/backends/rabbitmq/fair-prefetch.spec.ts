import { describe, expect, it } from 'vitest';
import { fairPrefetch } from '../../../../lib/backends/rabbitmq/fair-prefetch.js';
import type { QueueFeed } from '../../../../lib/backends/rabbitmq/queue-feed.js';

const NOW = 100_000;
const SLOW = 500;
const QUICK = 5;

interface Shown {
  readonly demand?: number;
  readonly running?: number;
  readonly waiting?: number;
  readonly idleFor?: number;
  readonly isServed?: boolean;
}

function feed({ demand = 0, running = 0, waiting = 0, idleFor = 60_000, isServed = true }: Shown): QueueFeed {
  const buffer = Array.from({ length: waiting });
  return { demand, running, buffer, touchedAt: NOW - idleFor, isServed } as unknown as QueueFeed;
}

const shares = (shown: readonly Shown[], meanHold: number): number[] =>
  fairPrefetch(shown.map(feed), meanHold, NOW).map(([, share]) => share);

describe('fairPrefetch', () => {
  it.each<[string, Shown[], number, number[]]>([
    ['one queue has what the process can run', [{ demand: 10, idleFor: 0 }], SLOW, [10]],
    ['and as many again while its jobs are quick', [{ demand: 10, idleFor: 0 }], QUICK, [20]],
    ['what runs counts with what is free', [{ demand: 4, running: 6 }], SLOW, [10]],
    [
      'busy queues share it',
      [
        { demand: 10, running: 2 },
        { demand: 10, waiting: 1 },
      ],
      SLOW,
      [6, 6],
    ],
    [
      'a share is never less than its part, rounded up',
      [
        { demand: 5, running: 1 },
        { demand: 5, waiting: 1 },
        { demand: 5, idleFor: 0 },
        { demand: 5, idleFor: 999 },
      ],
      SLOW,
      [2, 2, 2, 2],
    ],
    [
      'an idle queue keeps room for one, so that it is noticed',
      [{ demand: 10, idleFor: 0 }, { demand: 10 }],
      SLOW,
      [10, 1],
    ],
    [
      'a queue is idle a second after something of it came or went',
      [
        { demand: 10, running: 1 },
        { demand: 10, idleFor: 1_000 },
      ],
      SLOW,
      [11, 1],
    ],
    ['where all are idle they share alike', [{ demand: 10 }, { demand: 10 }], SLOW, [5, 5]],
    [
      'a queue that nobody serves has nothing, and takes no share',
      [
        { demand: 10, idleFor: 0 },
        { demand: 90, waiting: 9, isServed: false },
      ],
      SLOW,
      [10, 0],
    ],
    ['no slot is no message', [{ demand: 0, idleFor: 0 }], SLOW, [0]],
    ['it is what the protocol can say at most', [{ demand: 90_000, idleFor: 0 }], SLOW, [60_000]],
    ['no queue has no share', [], SLOW, []],
  ])('%s', (_, shown, meanHold, expected) => {
    expect(shares(shown, meanHold)).toEqual(expected);
  });

  it('answers for each feed that it was given, in their order', () => {
    const feeds = [feed({ demand: 1 }), feed({ isServed: false })];
    expect(fairPrefetch(feeds, SLOW, NOW).map(([one]) => one)).toEqual(feeds);
  });
});
