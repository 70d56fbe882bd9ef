import type {
  Lease,
  Ms,
  OrderedIndex,
  Payload,
  RateLimit,
  StateBackend,
  StateEntry,
  StateSubscription,
  StateValue,
  ValueVersion,
} from '../../contract/index.js';
import type { DatabaseSession, PostgresDatabase } from './database.js';
import { PostgresChannels } from './postgres-channels.js';
import { PostgresIndex } from './postgres-index.js';
import { PostgresLeases } from './postgres-leases.js';
import { PostgresValues } from './postgres-values.js';
import { StateSweeper } from './state-sweeper.js';
import { loadStateStatements, type StateStatements } from './state-statements.js';
import { storable } from './stored-text.js';

/**
 * What surrounds jobs, in a PostgreSQL database that the fleet shares. Each call is one statement; times to live, leases and limits go
 * by the server's clock.
 *
 * @example
 * const lease = await state.acquire('nightly-report', 'instance-1', 30_000);
 */
export class PostgresStateBackend implements StateBackend {
  private readonly session: DatabaseSession;
  private readonly statements: StateStatements;
  private readonly values: PostgresValues;
  private readonly leases: PostgresLeases;
  private readonly channels: PostgresChannels;
  private readonly sweeper: StateSweeper;

  constructor(private readonly database: PostgresDatabase) {
    this.session = database.session();
    this.statements = loadStateStatements(database.loading);
    this.values = new PostgresValues(this.session, this.statements);
    this.leases = new PostgresLeases(this.session, this.statements);
    this.channels = new PostgresChannels(this.session, this.statements, database);
    this.sweeper = new StateSweeper(this.session, this.statements.sweep);
  }

  async open(): Promise<void> {
    await this.database.open(this.session);
    this.sweeper.start();
  }

  async close(): Promise<void> {
    this.sweeper.stop();
    await this.channels.close();
    await this.database.close(this.session);
  }

  async time(): Promise<number> {
    const [row] = await this.session.query<{ now: number }>(this.statements.readTime, []);
    return row?.now ?? Number.NaN;
  }

  get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    return this.values.get(keys);
  }

  set(entries: readonly StateEntry[]): Promise<void> {
    return this.values.set(entries);
  }

  delete(keys: readonly string[]): Promise<number> {
    return this.values.delete(keys);
  }

  compareAndSet(key: string, expected: ValueVersion | null, value: Payload, ttl?: Ms): Promise<boolean> {
    return this.values.compareAndSet(key, expected, value, ttl);
  }

  increment(key: string, by: number, ttl?: Ms): Promise<number> {
    return this.values.increment(key, by, ttl);
  }

  index(name: string): OrderedIndex {
    return new PostgresIndex(this.session, this.statements, name);
  }

  acquire(name: string, owner: string, ttl: Ms): Promise<Lease | null> {
    return this.leases.acquire(name, owner, ttl);
  }

  renew(lease: Lease, ttl: Ms): Promise<boolean> {
    return this.leases.renew(lease, ttl);
  }

  release(lease: Lease): Promise<void> {
    return this.leases.release(lease);
  }

  async take(bucket: string, limit: RateLimit, tokens: number): Promise<{ granted: number; retryInMs: Ms }> {
    const values = [storable(bucket), limit.per / limit.limit, limit.burst ?? limit.limit, tokens];
    const [row] = await this.session.query<{ granted: number; retry_ms: number }>(
      this.statements.takeTokens,
      values,
    );
    return { granted: row?.granted ?? 0, retryInMs: row?.retry_ms ?? 0 };
  }

  publish(channel: string, message: Payload): Promise<void> {
    return this.channels.publish(channel, message);
  }

  watch(
    channel: string,
    listener: (message: Payload) => void,
    onReconnect?: () => void,
  ): Promise<StateSubscription> {
    return this.channels.watch(channel, listener, onReconnect);
  }
}
