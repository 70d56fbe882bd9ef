import pg from 'pg';
import { loadQueueStatements } from '../../../lib/backends/postgres/queue-statements.js';
import { startPostgres, type PrivatePostgres } from '../../servers/postgres.mjs';
import {
  type BackendCall,
  type BrokerKind,
  type BrokerOptions,
  type ChaosBroker,
  type Footprint,
  type Held,
  type Line,
  PATIENCE_MS,
  type Way,
} from './broker.js';
import { type ChaosLines, ChaosProxy } from './chaos-proxy.js';
import { ServerBroker } from './server-broker.js';
import { fillDisk } from './full-disk.js';

export const SCHEMA = 'chaos';
/** `npm test` lets two runs share two cores, and this server needs more of them than others. */
export const POSTGRES_RATE = 800;
/** Files of the log of this size can be written where tables cannot grow. */
const SEGMENT_MEGABYTES = 1;
const SETTINGS = {
  max_connections: '250',
  // Jobs of a second are more rows than a minute may leave behind.
  autovacuum_naptime: '1s',
};
/** Tables that have nothing in them once all jobs are finished; a bucket of the whole queue stays. */
const UNFINISHED = ['job', 'timer', 'ending', "job_bucket where key like 'k%'", 'flow'];

export const postgresKind: BrokerKind = {
  name: 'postgres',
  rate: POSTGRES_RATE,
  start: async (options) => {
    const server = await startPrivate(options);
    const lines = await ChaosProxy.linesBefore(server.port);
    return new PostgresBroker(server, lines, options);
  },
};

/** What is acknowledged outlives a crash of the server's processes in either case; with `isDurable` one of the machine too. */
export function startPrivate(
  { isDurable }: BrokerOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<PrivatePostgres> {
  return startPostgres({
    settings: { ...SETTINGS, fsync: isDurable ? 'on' : 'off', ...settings },
    initdb: [`--wal-segsize=${SEGMENT_MEGABYTES}`],
  });
}

/** A private PostgreSQL server. */
export class PostgresBroker extends ServerBroker<PrivatePostgres> implements ChaosBroker {
  readonly takesWhatFits = true;
  readonly proxy: ChaosProxy;
  readonly apart: readonly ChaosProxy[];
  private readonly pool: pg.Pool;
  private readonly statements = loadQueueStatements({ schema: SCHEMA });

  constructor(
    server: PrivatePostgres,
    { proxy, apart }: ChaosLines,
    protected readonly options: BrokerOptions,
  ) {
    super(server);
    this.proxy = proxy;
    this.apart = [apart];
    this.pool = new pg.Pool({ connectionString: server.url, application_name: 'chaos', max: 4 });
    this.pool.on('error', () => undefined);
  }

  backends(by: Way = 'proxy') {
    const { port } = { proxy: this.proxy, apart: this.apart[0] ?? this.proxy, server: this.server }[by];
    const commandTimeout = by === 'server' ? PATIENCE_MS : this.options.commandTimeout;
    const options = { schema: SCHEMA, commandTimeout, ...this.options.backend };
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    return [{ name: 'postgres', type: 'postgres', url, options }];
  }

  lineOf(call: BackendCall): Line {
    const { enqueueOne, enqueueAndClaim, enqueuePlain, enqueueAlike, enqueueJobs, claim, claimOne, extend } =
      this.statements;
    const of = {
      enqueue: [enqueueOne, enqueueAndClaim, enqueuePlain, enqueueAlike, enqueueJobs],
      claim: [claim, claimOne],
      extend: [extend],
    }[call];
    return { proxy: this.proxy, request: new RegExp(of.map(({ name }) => name).join('|')) };
  }

  /** What a person asks who looks after the server. A connection that the server has ended is replaced once. */
  async ask<R extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    ...values: unknown[]
  ): Promise<R[]> {
    const send = async () => (await this.pool.query<R>(text, values)).rows;
    return send().catch((error: { code?: string }) => {
      if (error.code === undefined || /^(08|57P|ECONN|EPIPE)/.test(error.code)) return send();
      throw error;
    });
  }

  /** Changes a setting for all that is connected, or puts it back. */
  async configure(setting: string, value?: string): Promise<void> {
    await this.ask(
      value === undefined ? `alter system reset ${setting}` : `alter system set ${setting} = ${value}`,
    );
    await this.ask('select pg_reload_conf()');
  }

  /** A session of its own, that keeps what it locks until `step` ends. */
  async transaction<T>(step: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      return await step(client);
    } finally {
      await client.query('rollback').catch(() => undefined);
      client.release(true);
    }
  }

  cutAll(): Promise<number> {
    return this.terminate('%');
  }

  /** Ends the connections whose application is called so. @returns how many */
  async terminate(name: string): Promise<number> {
    const cut = await this.ask<{ is_cut: boolean }>(
      `select pg_terminate_backend(pid) as is_cut from pg_stat_activity
       where backend_type = 'client backend' and application_name like $1 and application_name <> 'chaos'`,
      name,
    );
    return cut.filter(({ is_cut }) => is_cut).length;
  }

  async isSilent(ms: number): Promise<boolean> {
    const limits = { connectionTimeoutMillis: ms, query_timeout: ms };
    const client = new pg.Client({ connectionString: this.server.url, ...limits });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return false;
    } catch {
      return true;
    } finally {
      void client.end().catch(() => undefined);
    }
  }

  async starve(isStarved: boolean): Promise<boolean> {
    return fillDisk(this, SCHEMA, isStarved);
  }

  async leftovers(): Promise<string[]> {
    const counts = await Promise.all(
      UNFINISHED.map(async (table) => {
        const [row] = await this.ask<{ n: number }>(`select count(*)::int as n from ${SCHEMA}.${table}`);
        return `${row?.n} of ${table}`;
      }),
    );
    return counts.filter((text) => !text.startsWith('0 '));
  }

  async held(): Promise<Held> {
    const running = await this.ask<{ id: string; is_held: boolean; is_overdue: boolean }>(
      `select id, moment is not null and worker is not null and fence > 0 as is_held,
         moment < ${SCHEMA}.now_ms() as is_overdue
       from ${SCHEMA}.job where state = 5`,
    );
    return {
      overdue: running.filter(({ is_overdue }) => is_overdue).length,
      unheld: running.filter(({ is_held }) => !is_held).map(({ id }) => id),
    };
  }

  async misplaced(): Promise<string[]> {
    const rows = await this.ask<{ id: string }>(
      `select id from ${SCHEMA}.job join ${SCHEMA}.finished using (queue, id)
       union all select id from ${SCHEMA}.finished where state not in (7, 8, 9)`,
    );
    return rows.map(({ id }) => id);
  }

  async footprint(): Promise<Footprint> {
    // Full: what a file has grown to while jobs went through it is no growth, and is used again.
    await this.ask('vacuum full');
    await this.ask('analyze');
    const [row] = await this.ask<{ bytes: string; entries: string }>(
      `select sum(pg_total_relation_size(c.oid)) as bytes, sum(greatest(c.reltuples, 0)) as entries
       from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r'`,
      SCHEMA,
    );
    return { bytes: Number(row?.bytes), entries: Number(row?.entries) };
  }

  async stop(): Promise<void> {
    await this.pool.end();
    for (const proxy of [this.proxy, ...this.apart]) await proxy.close();
    await this.server.stop();
  }

  protected async life(): Promise<string> {
    const [row] = await this.ask<{ at: string }>('select pg_postmaster_start_time()::text as at');
    return row?.at ?? '';
  }
}
