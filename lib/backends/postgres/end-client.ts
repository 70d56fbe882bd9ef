import type { Client, Pool, PoolClient } from 'pg';
import type { Ms } from '../../contract/index.js';

/** How long a server may take to say goodbye. One that is frozen never does. */
const PATIENCE: Ms = 1_000;

/** Ends a connection, within a second whatever the server does. */
export async function endClient(client: Client): Promise<void> {
  await withinPatience(client.end(), () => destroy(client));
}

/** The connections of a pool of ours. The pool itself says that it has ended while they are still ending. */
export class PoolConnections {
  private readonly open = new Set<PoolClient>();
  private onEmpty: () => void = () => undefined;

  constructor(private readonly pool: Pool) {
    pool.on('connect', (client) => void this.open.add(client));
    pool.on('remove', (client) => {
      this.open.delete(client);
      if (this.open.size === 0) this.onEmpty();
    });
  }

  get count(): number {
    return this.open.size;
  }

  /** Ends all of them, within a second whatever the server does. */
  async end(): Promise<void> {
    const empty = new Promise<void>((resolve) => (this.onEmpty = resolve));
    const ended = Promise.all([this.pool.end(), this.open.size > 0 ? empty : undefined]);
    await withinPatience(ended, () => {
      for (const client of this.open) destroy(client);
    });
    this.open.clear();
  }
}

async function withinPatience(ending: Promise<unknown>, force: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      force();
      resolve();
    }, PATIENCE);
  });
  await Promise.race([ending.catch(() => undefined), late]);
  clearTimeout(timer);
}

/** The types of the driver leave the socket out. */
function destroy(client: Client | PoolClient): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
