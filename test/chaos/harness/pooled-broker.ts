import { type PgBouncer, startPgBouncer } from '../../servers/pgbouncer.mjs';
import type { PrivatePostgres } from '../../servers/postgres.mjs';
import type { BackendCall, BrokerKind, BrokerOptions, Line } from './broker.js';
import { type ChaosLines, ChaosProxy } from './chaos-proxy.js';
import { POSTGRES_RATE, PostgresBroker, startPrivate } from './postgres-broker.js';

/** Connections there are as the server makes them: one that is stricter than ours undoes what meets (40001). */
const SETTINGS = { default_transaction_isolation: 'repeatable read' };

export const pgbouncerKind: BrokerKind = {
  name: 'pgbouncer',
  // Whatever meets is undone, and comes again.
  rate: POSTGRES_RATE / 2,
  start: async (options) => {
    const server = await startPrivate(options, SETTINGS);
    const pooler = await startPgBouncer({ before: server.url, mode: 'transaction' });
    const port = Number(new URL(pooler.url).port);
    const lines = await ChaosProxy.linesBefore(port);
    return new PooledBroker(server, lines, options, pooler);
  },
};

/** A private PostgreSQL server behind a PgBouncer in transaction mode, on which nothing can be prepared. */
export class PooledBroker extends PostgresBroker {
  constructor(
    server: PrivatePostgres,
    lines: ChaosLines,
    options: BrokerOptions,
    private readonly pooler: PgBouncer,
  ) {
    super(server, lines, options);
  }

  override lineOf(call: BackendCall): Line {
    const of = { enqueue: 'enqueue_(plain|jobs)', claim: 'claim', extend: 'extend_leases' };
    return { proxy: this.proxy, request: new RegExp(`\\.${of[call]}\\(`) };
  }

  /** The pooler is killed, with every connection that leads through it, and starts again. */
  async restartPooler(): Promise<void> {
    await this.pooler.restart();
  }

  override async stop(): Promise<void> {
    await this.pooler.stop();
    await super.stop();
  }
}
