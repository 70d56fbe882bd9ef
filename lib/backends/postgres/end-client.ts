import type { Client, ClientBase, ClientConfig, Pool, PoolClient } from 'pg';
import type { Ms } from '../../contract/index.js';

/** How long a server may take to say goodbye. One that is frozen never does. */
const PATIENCE: Ms = 1_000;

/** Ends a connection, within a second whatever the server does. */
export async function endClient(client: Client): Promise<void> {
  await withinPatience(client.end(), () => destroy(client));
}

/** The connections of a pool of ours. The pool itself says that it has ended while they are still ending, and knows nothing of those that are being made. */
export class PoolConnections {
  private readonly open = new Set<PoolClient>();
  private readonly connecting = new Set<ClientBase>();
  private onEmpty: () => void = () => undefined;
  private pool: Pool | undefined;

  get count(): number {
    return this.open.size;
  }

  /** What the pool is to make its connections of. */
  watched(Base: typeof Client): typeof Client {
    const { connecting } = this;
    return class extends Base {
      constructor(config?: string | ClientConfig) {
        super(config);
        connecting.add(this);
        this.once('end', () => connecting.delete(this));
      }
    };
  }

  of(pool: Pool): void {
    this.pool = pool;
    pool.on('connect', (client) => {
      this.connecting.delete(client);
      this.open.add(client);
    });
    pool.on('remove', (client) => {
      this.open.delete(client);
      if (this.open.size === 0) this.onEmpty();
    });
  }

  /** Ends all of them, within a second whatever the server does. */
  async end(): Promise<void> {
    const empty = new Promise<void>((resolve) => (this.onEmpty = resolve));
    const ended = Promise.all([this.pool?.end(), this.open.size > 0 ? empty : undefined]);
    for (const client of this.connecting) destroy(client);
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

/** Whoever waits for it to connect hears that it has ended, as after `end()` nobody does. The types of the driver leave the socket out. */
export function destroy(client: ClientBase): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
