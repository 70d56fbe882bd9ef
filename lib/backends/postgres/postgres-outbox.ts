import type {
  Ms,
  NewJob,
  OutboxRefusal,
  OutboxStatus,
  OutboxStore,
  OutboxTake,
  OutboxTaken,
  StateSubscription,
  Transaction,
} from '../../contract/index.js';
import { callersTransaction } from './callers-transaction.js';
import type { DatabaseSession, PostgresDatabase } from './database.js';
import { toText } from './job-text.js';
import { fromOutboxText, toOutboxText } from './outbox-job.js';
import { loadOutboxStatements } from './outbox-statements.js';

/** How often it is looked for something new, where nothing is pushed. */
const POLL: Ms = 200;

interface TakenRow {
  readonly held: boolean;
  readonly wait: number | null;
  readonly entries: readonly (readonly [id: string, job: string, age: number])[] | null;
}

/** Jobs for other brokers in a table of the schema. */
export class PostgresOutbox implements OutboxStore {
  private readonly statements: ReturnType<typeof loadOutboxStatements>;
  private readonly channel: string;

  constructor(
    private readonly database: PostgresDatabase,
    private readonly session: DatabaseSession,
  ) {
    this.statements = loadOutboxStatements(database.loading);
    this.channel = database.channel('outbox');
  }

  async add(backend: string, jobs: readonly NewJob[], tx: Transaction): Promise<void> {
    const queues = jobs.map(({ queue }) => toText(queue));
    const values = [this.channel, toText(backend), queues, jobs.map(toOutboxText)];
    await callersTransaction(tx, this.database).query(this.statements.add, values);
  }

  async take({ backend, relay, lease, limit, without }: OutboxTake): Promise<OutboxTaken> {
    const values = [toText(backend), relay, lease, limit, without.map(toText)];
    const [row] = await this.session.query<TakenRow>(this.statements.take, values);
    if (row?.held !== true) return { held: false, wait: row?.wait ?? 0 };
    const entries = (row.entries ?? []).map(([id, job, age]) => ({ id, job: fromOutboxText(job), age }));
    return { held: true, entries };
  }

  async settle(relayed: readonly string[], refused: readonly OutboxRefusal[]): Promise<void> {
    const values = [relayed, refused.map(({ id }) => id), refused.map(({ reason }) => toText(reason))];
    await this.session.query(this.statements.settle, values);
  }

  async release(backend: string, relay: string): Promise<void> {
    await this.session.query(this.statements.release, [this.channel, toText(backend), relay]);
  }

  async status(backend: string): Promise<OutboxStatus> {
    type Row = { waiting: string; oldest: number | null; refused: string };
    const [row] = await this.session.query<Row>(this.statements.status, [toText(backend)]);
    return {
      waiting: Number(row?.waiting ?? 0),
      oldest: row?.oldest ?? undefined,
      refused: Number(row?.refused ?? 0),
    };
  }

  async retry(backend: string): Promise<number> {
    const values = [this.channel, toText(backend)];
    const [row] = await this.session.query<{ retried: number }>(this.statements.retry, values);
    return row?.retried ?? 0;
  }

  async watch(onAvailable: (isFree: boolean) => void): Promise<StateSubscription> {
    if (this.database.canListen) {
      const end = await this.session.listen(this.channel, {
        onMessage: (payload) => onAvailable(payload === 'free'),
        onReconnect: () => onAvailable(true),
      });
      return { close: end };
    }
    const polling = this.session.repeat(POLL, () => Promise.resolve(onAvailable(false)));
    return { close: () => Promise.resolve(polling.stop()) };
  }
}
