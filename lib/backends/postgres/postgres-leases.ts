import type { Lease, Ms } from '../../contract/index.js';
import type { DatabaseSession } from './database.js';
import type { StateStatements } from './state-statements.js';
import { storable, toTtl } from './stored-text.js';

/** Rights to names until a moment, by the server's clock. */
export class PostgresLeases {
  constructor(
    private readonly session: DatabaseSession,
    private readonly statements: StateStatements,
  ) {}

  async acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    const values = [storable(name), storable(owner), toTtl(ttl)];
    const [row] = await this.session.query<{ fence: string }>(this.statements.acquireLease, values);
    return row === undefined ? null : { name, owner, fence: row.fence };
  }

  renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return this.keepFor(lease, ttl);
  }

  async release(lease: Lease): Promise<void> {
    await this.keepFor(lease, 0);
  }

  private async keepFor({ name, fence }: Lease, ttl: Ms): Promise<boolean> {
    const values = [storable(name), fence, toTtl(ttl)];
    return (await this.session.query(this.statements.renewLease, values)).length === 1;
  }
}
