import type { Channel } from 'amqplib';

/** The socket behind a channel, which the driver's types leave out. */
interface Corkable {
  readonly writableCorked: number;
  cork(): void;
  uncork(): void;
}

/**
 * Lets all that is sent on a connection in this turn leave in one piece. The driver writes each frame by itself, after a turn of the event loop, and
 * each was a call of the system here and a packet for the broker to read.
 *
 * Called after the first of them was sent, so that what uncorks is in line right behind the driver's own writing: nothing waits any longer for it.
 */
export function gatherWrites(channel: Pick<Channel, 'connection'>): void {
  const { stream } = (channel.connection ?? {}) as { stream?: Corkable };
  if (stream === undefined || stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => setImmediate(() => stream.uncork()));
}
