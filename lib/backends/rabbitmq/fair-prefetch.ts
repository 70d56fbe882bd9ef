import type { Ms } from '../../contract/index.js';
import type { QueueFeed } from './queue-feed.js';

/** Jobs that are in hand for less than this are quick: as many again are kept ready, so that no slot waits for the broker. */
const QUICK: Ms = 20;
/** A queue is busy for this long after something of it came or went. */
const BUSY: Ms = 1_000;

/**
 * How many messages each queue's consumer may have unacknowledged: together what the process can run, and as many again while its jobs are
 * quick. Busy queues share it; one that is idle keeps one message's room, so that it is noticed.
 */
export function fairPrefetch(
  feeds: readonly QueueFeed[],
  meanHold: Ms,
  now: number,
): readonly (readonly [QueueFeed, number])[] {
  const served = feeds.filter((feed) => feed.isServed);
  const demand = Math.max(0, ...served.map((feed) => feed.demand));
  const running = served.reduce((total, feed) => total + feed.running, 0);
  const total = (demand + running) * (meanHold < QUICK ? 2 : 1);
  const isBusy = (feed: QueueFeed) =>
    feed.running > 0 || feed.buffer.length > 0 || now - feed.touchedAt < BUSY;
  const busy = served.filter(isBusy).length;
  return feeds.map((feed) => {
    if (!served.includes(feed)) return [feed, 0] as const;
    const sharers = busy === 0 ? served.length : busy;
    return [feed, busy > 0 && !isBusy(feed) ? 1 : Math.min(60_000, Math.ceil(total / sharers))] as const;
  });
}
