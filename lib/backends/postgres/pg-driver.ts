import type { Client, ClientConfig, Pool, PoolClient, PoolConfig } from 'pg';
import type { Ms } from '../../contract/index.js';
import { ConnectionWaits, giveBack } from './connection-waits.js';
import { PoolConnections } from './end-client.js';
import { PgListener } from './pg-listener.js';
import { findPooler } from './find-pooler.js';
import { packed, unpacked } from './packed-array.js';
import { postgresDriver } from './postgres-peer.js';
import { sendQuery } from './send-query.js';
import { factsOf, loadServerFacts, type FactRow } from './server-facts.js';
import type { PostgresServerSettings } from './postgres-target.js';
import type {
  ChannelListener,
  ServerFacts,
  SqlDriver,
  SqlQueries,
  SqlRow,
  SqlTransaction,
  SqlValues,
} from './sql-driver.js';
import { SqlFailure } from './sql-failure.js';
import type { SqlStatement } from './sql-statement.js';

/** Connections end after that long, so that a server that was replaced is left and memory of old plans goes. */
const LIFETIME_SECONDS = 1_800;
/** What a connection of ours is told first. A connection of the application's stays as it is. */
const SESSION = `select set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $2, false),
  set_config('default_transaction_isolation', 'read committed', false)`;

/** How long whoever closes waits for a connection where there is none: `connectTimeout` may be as long as one likes. */
const CLOSING_PATIENCE: Ms = 1_000;

/** A server over `pg`: a pool for calls, and one connection that listens, made when the first channel is. */
export class PgDriver implements SqlDriver {
  private pool: Pool | undefined;
  /** Of a pool of ours. */
  private connections: PoolConnections | undefined;
  private listener: PgListener | undefined;
  private facts: ServerFacts | undefined;
  private readonly prepared = new WeakSet<PoolClient>();
  private readonly waits = new ConnectionWaits();

  constructor(private readonly settings: PostgresServerSettings) {}

  get handles(): number {
    return (this.connections?.count ?? 0) + (this.listener?.handles ?? 0);
  }

  async open(): Promise<ServerFacts> {
    this.pool ??= await this.makePool();
    const client = await this.checkOut();
    try {
      const { commandTimeout } = this.settings;
      const { text } = loadServerFacts();
      const { rows } = await sendQuery(client, { text, query_timeout: commandTimeout });
      const row = rows[0] as FactRow;
      const pooler = await findPooler(client, row.pid, () => this.makeClient(), commandTimeout);
      giveBack(client);
      return (this.facts = factsOf(row, pooler));
    } catch (error) {
      giveBack(client, true);
      throw new SqlFailure(error, 'not-sent');
    }
  }

  async query<R = SqlRow>(statement: SqlStatement, values: SqlValues = []): Promise<R[]> {
    return this.on((client) =>
      this.queriesOn(client, this.settings.commandTimeout).query<R>(statement, values),
    );
  }

  async transaction<T>(
    step: (transaction: SqlTransaction) => Promise<T>,
    patience: Ms = this.settings.commandTimeout,
  ): Promise<T> {
    return this.on(async (client) => {
      const send = (text: string) => sendQuery(client, { text, query_timeout: patience });
      await send('begin isolation level read committed').catch(undone);
      let result: T;
      try {
        result = await step({
          ...this.queriesOn(client, patience),
          script: async (text) => void (await send(text)),
        });
      } catch (error) {
        if (error instanceof SqlFailure && error.isConnectionLost) throw undone(error);
        await send('rollback').catch(undone);
        throw error instanceof SqlFailure ? undone(error) : error;
      }
      const { command } = await send('commit');
      if (command === 'ROLLBACK')
        throw new SqlFailure('A statement of the transaction had failed.', 'not-sent');
      return result;
    });
  }

  async listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    this.listener ??= new PgListener(() => this.makeClient(), this.settings);
    return this.listener.listen(channel, listener);
  }

  hurry(): void {
    const isAlone = this.connections?.count === 0;
    this.waits.hurry(isAlone ? CLOSING_PATIENCE : this.settings.commandTimeout);
    this.listener?.hurry();
  }

  async close(): Promise<void> {
    const { connections, listener } = this;
    this.pool = undefined;
    this.connections = undefined;
    this.listener = undefined;
    await Promise.all([listener?.close(), connections?.end()]);
  }

  /** Statements on a connection. Behind a pooler that changes it each time nothing can be prepared. */
  private queriesOn(client: PoolClient, patience: Ms): SqlQueries {
    // The binding to libpq would send bytes as a text.
    const canPack = !('native' in client);
    return {
      query: async <R = SqlRow>({ name, text }: SqlStatement, values: SqlValues = []): Promise<R[]> => {
        const isPrepared = this.facts?.pooler !== 'transaction';
        const query = { text, values: canPack ? packed(values) : unpacked(values), query_timeout: patience };
        const { rows } = await sendQuery(client, isPrepared ? { name, ...query } : query).catch(
          (error: unknown) => this.noteShared(error),
        );
        return rows as R[];
      },
    };
  }

  /** A pooler that was not seen at the start, because others came between its answers, is seen by what it does. */
  private noteShared(error: unknown): never {
    if (error instanceof SqlFailure && error.isShared && this.facts !== undefined)
      this.facts = { ...this.facts, pooler: 'transaction' };
    throw error;
  }

  private async on<T>(step: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.checkOut();
    let isLost = false;
    try {
      if (!this.prepared.has(client)) await this.prepare(client);
      return await step(client);
    } catch (error) {
      isLost = error instanceof SqlFailure && error.isConnectionLost;
      throw error;
    } finally {
      giveBack(client, isLost);
    }
  }

  private async checkOut(): Promise<PoolClient> {
    if (this.pool === undefined) throw new SqlFailure('There is no connection.', 'not-sent');
    try {
      return await this.waits.take(this.pool, this.settings.connectTimeout);
    } catch (error) {
      throw new SqlFailure(error, 'not-sent');
    }
  }

  private async prepare(client: PoolClient): Promise<void> {
    const { commandTimeout, statementTimeout, target } = this.settings;
    if (target.kind === 'server' && this.facts?.pooler !== 'transaction') {
      const values = [String(statementTimeout), String(commandTimeout)];
      await sendQuery(client, { text: SESSION, values, query_timeout: commandTimeout }).catch(undone);
    }
    this.prepared.add(client);
  }

  private async makePool(): Promise<Pool> {
    const { target } = this.settings;
    if (target.kind === 'pool') return target.pool as Pool;
    const { Pool, Client } = await postgresDriver.load();
    const connections = new PoolConnections();
    const config: PoolConfig = {
      ...this.clientConfig('calls'),
      Client: connections.watched(Client),
      max: this.settings.poolSize,
      maxLifetimeSeconds: LIFETIME_SECONDS,
    };
    // Who has lost an idle connection has lost nothing; the pool makes another.
    const pool = new Pool(config).on('error', ignore);
    connections.of(pool);
    this.connections = connections;
    return pool;
  }

  private async makeClient(): Promise<Client> {
    const { target } = this.settings;
    if (target.kind === 'pool') {
      const { options, Client } = target.pool as unknown as PoolPattern;
      return new Client({
        ...options,
        password: options.password,
        connectionTimeoutMillis: this.settings.connectTimeout,
      });
    }
    const { Client } = await postgresDriver.load();
    return new Client(this.clientConfig('listen'));
  }

  private clientConfig(role: string): ClientConfig {
    const { target, connectTimeout, applicationName } = this.settings;
    const { host, port, database, user, password, tls } = target as ClientConfig & {
      tls?: ClientConfig['ssl'];
    };
    const given = { host, port, database, user, password, ssl: tls };
    return {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      application_name: `${applicationName}:${role}`,
      connectionTimeoutMillis: connectTimeout,
      keepAlive: true,
    };
  }
}

/** What a pool of `pg` keeps of how it was made; the password is hidden there from loops over its members. */
interface PoolPattern {
  readonly options: PoolConfig;
  readonly Client: new (config: ClientConfig) => Client;
}

function ignore(): void {}

/** Of a transaction whose commit was never sent. */
function undone(failure: SqlFailure): never {
  throw failure.outcome === 'not-sent' ? failure : new SqlFailure(failure.cause, 'not-sent');
}
