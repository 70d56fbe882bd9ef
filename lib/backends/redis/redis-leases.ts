import type { Lease, Ms } from '../../contract/index.js';
import type { RedisSession } from './redis-session.js';
import type { StateKeys } from './state-keys.js';
import type { StateScripts } from './state-scripts.js';

/** How long the last fence of a name is remembered: after that the server's clock has passed it, if it is not a day slow. */
const FENCE_KEPT: Ms = 86_400_000;

/** Rights to names until a moment, by the server's clock. */
export class RedisLeases {
  constructor(
    private readonly session: RedisSession,
    private readonly keys: StateKeys,
    private readonly scripts: StateScripts,
  ) {}

  async acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    const args = [owner, Math.ceil(ttl), FENCE_KEPT];
    const fence = await this.session.run(this.scripts.acquireLease, [this.keys.lease(name)], args);
    return typeof fence === 'string' ? { name, owner, fence } : null;
  }

  renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return this.keepFor(lease, Math.ceil(ttl));
  }

  async release(lease: Lease): Promise<void> {
    await this.keepFor(lease, 0);
  }

  private async keepFor({ name, fence }: Lease, ttl: Ms): Promise<boolean> {
    const args = [fence, ttl, FENCE_KEPT];
    return (await this.session.run(this.scripts.renewLease, [this.keys.lease(name)], args)) === 1;
  }
}
