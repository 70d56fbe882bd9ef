import type { Channel } from 'amqplib';

/** The socket behind a channel, which the driver's types leave out. */
interface Corkable {
  readonly writableCorked: number;
  readonly writableLength: number;
  cork(): void;
  uncork(): void;
}

/**
 * Lets all that is sent on a connection in this turn leave in one piece. The driver writes each frame by itself, one or two turns of the event loop
 * later, and each was a call of the system here and a packet for the broker to read.
 */
export function gatherWrites(channel: Pick<Channel, 'connection'>): void {
  const { stream } = (channel.connection ?? {}) as { stream?: Corkable };
  if (stream === undefined || stream.writableCorked > 0) return;
  stream.cork();
  // Behind the driver in line, whose own turn begins with one of these steps.
  process.nextTick(() =>
    setImmediate(() => (stream.writableLength > 0 ? stream.uncork() : setImmediate(() => stream.uncork()))),
  );
}
