import type { PoolClient } from 'pg';
import type { Ms } from '../../contract/index.js';

/** The driver's own limit comes first, and says more. */
const GRACE: Ms = 250;

/** Those who wait for a connection of a pool. A pool of the application's may let them wait for ever. */
export class ConnectionWaits {
  private readonly shorten = new Set<(most: Ms) => void>();

  /** @throws when it takes longer; a connection that comes after that goes back */
  async wait(patience: Ms, connecting: Promise<PoolClient>): Promise<PoolClient> {
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
      (client) => isLate && client.release(),
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
