import type { Cluster, Redis } from 'ioredis';

interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * Lets the commands of one turn of the event loop leave in one write. A write costs 0.1 to 0.2 ms of this thread, since it wakes the server: an
 * enqueue and the claim behind it, or a claim and the word of what has ended, cost it once. A cluster has a socket a node, and gathers nothing.
 */
export class WriteGather {
  private held: Corkable | undefined;

  /** Holds back what is written to this client, until everything that is ready now is done. */
  hold(client: Redis | Cluster): void {
    const { stream } = client as { stream?: Corkable };
    if (stream === undefined || stream === this.held) return;
    this.release();
    this.held = stream;
    stream.cork();
    process.nextTick(this.release);
  }

  /** Writes now: the server can begin while more is made ready. */
  readonly release = (): void => {
    const stream = this.held;
    this.held = undefined;
    stream?.uncork();
  };
}
