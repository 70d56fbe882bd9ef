import type { Pool, PoolClient } from 'pg';
import type { Ms } from '../../contract/index.js';

/** The driver's own limit comes first, and says more. */
const GRACE: Ms = 250;

/** Those who wait for a connection of a pool. A pool of the application's may let them wait for ever. */
export class ConnectionWaits {
  private readonly shorten = new Set<(most: Ms) => void>();

  /** @throws when it takes longer; a connection that comes after that goes back. It is given back with `giveBack`. */
  async take(pool: Pool, patience: Ms): Promise<PoolClient> {
    const connecting = checkOut(pool);
    const deadline = performance.now() + patience + GRACE;
    let isLate = false;
    let timer: NodeJS.Timeout | undefined;
    let giveUp: () => void = () => undefined;
    const arm = (most: Ms): void => {
      clearTimeout(timer);
      timer = setTimeout(() => giveUp(), Math.min(most, deadline - performance.now()));
    };
    const late = new Promise<never>((_resolve, reject) => {
      giveUp = () => {
        isLate = true;
        reject(new Error('timeout exceeded when trying to connect'));
      };
      arm(patience + GRACE);
    });
    connecting.then(
      (client) => isLate && giveBack(client),
      () => undefined,
    );
    this.shorten.add(arm);
    try {
      return await Promise.race([connecting, late]);
    } finally {
      this.shorten.delete(arm);
      clearTimeout(timer);
    }
  }

  /** From now on those who wait do so for that long at most. */
  hurry(most: Ms): void {
    for (const arm of this.shorten) arm(most);
  }
}

/**
 * The listener is there before anything else can happen, which a promise of the pool does not see to: a server that shuts down may send
 * that it is ready, and the end, in one packet. The error of a connection to which nobody listened ended a worker so.
 */
function checkOut(pool: Pool): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) return reject(error ?? new Error('The pool gave no connection.'));
      client.on('error', ignore);
      resolve(client);
    });
  });
}

/** @param isLost Whether nobody can use it any more. From here on the pool listens. */
export function giveBack(client: PoolClient, isLost = false): void {
  client.off('error', ignore);
  client.release(isLost);
}

function ignore(): void {}
