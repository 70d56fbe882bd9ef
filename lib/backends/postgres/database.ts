import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendInfo, Capabilities, Ms } from '../../contract/index.js';
import { TasksClosedError } from '../../errors/index.js';
import { assertServer, warningsOf } from './server-check.js';
import { migrate } from './migrate.js';
import { PgDriver } from './pg-driver.js';
import { PgliteDriver } from './pglite-driver.js';
import {
  EMBEDDED_POSTGRES_CAPABILITIES,
  POSTGRES_CAPABILITIES,
  SHARED_PGLITE_CAPABILITIES,
} from './postgres-capabilities.js';
import { callError } from './postgres-errors.js';
import { addressOf, secretsOf, type PostgresSettings } from './postgres-target.js';
import { RepeatedStep } from './repeated-step.js';
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
import type { LoadOptions, SqlStatement } from './sql-statement.js';

/** How often a call that the server undid for a passing reason is tried again, and the pauses before. */
const REPEATS: { readonly most: number; readonly first: Ms; readonly longest: Ms } = {
  most: 8,
  first: 4,
  longest: 250,
};

/**
 * The database of one postgres entry, shared by both interfaces.
 *
 * @example
 * const database = new PostgresDatabase(resolvePostgresOptions({ name, type, url, options }));
 * const session = database.session();          // one for each interface
 * await database.open(session);                // connects, checks the server, migrates; the second waits for the first
 * const rows = await session.query(statements.claim, [queue, 100]);
 * await database.close(session);               // the last one to close ends the connections
 */
export class PostgresDatabase {
  private readonly driver: SqlDriver;
  private readonly users = new Set<DatabaseSession>();
  private readonly secrets: readonly string[];
  private opening: Promise<ServerFacts> | undefined;
  private facts: ServerFacts | undefined;

  constructor(
    private readonly settings: PostgresSettings,
    /** Told once, at `open`, what a user should know of the server. Default: a warning of the process. */
    private readonly warn: (message: string) => void = (message) =>
      process.emitWarning(message, 'TasksWarning'),
  ) {
    this.driver = driverOf(settings);
    this.secrets = secretsOf(settings.target);
  }

  /** Of the entry, for messages. */
  get name(): string {
    return this.settings.name;
  }

  /** Where every table lies. */
  get schema(): string {
    return this.settings.schema;
  }

  /** What is promised of it. */
  get capabilities(): Capabilities {
    const { kind } = this.settings.target;
    if (kind === 'pglite') return SHARED_PGLITE_CAPABILITIES;
    return kind === 'embedded' ? EMBEDDED_POSTGRES_CAPABILITIES : POSTGRES_CAPABILITIES;
  }

  /** Whether a transaction of the application's leaves no connection for any other call. */
  get hasOneConnection(): boolean {
    const { target } = this.settings;
    if (target.kind === 'pool') return (target.pool.options as { max?: unknown }).max === 1;
    return target.kind === 'pglite';
  }

  /** How statements are read: `loadStatements(files, folder, database.loading)`. */
  get loading(): LoadOptions {
    return { schema: this.settings.schema };
  }

  /** What the server said of itself when it was connected to. */
  get server(): ServerFacts | undefined {
    return this.facts;
  }

  /** Whether messages are pushed here. Not behind a pooler in transaction mode: there one has to look. Known once it is open. */
  get canListen(): boolean {
    return this.facts?.pooler !== 'transaction';
  }

  /** Connections and timers that are held now: 0 once all sessions are closed. */
  get handles(): number {
    return [...this.users].reduce((sum, { timers }) => sum + timers, this.driver.handles);
  }

  /** The channel's name on the server, for `pg_notify`: no other schema has it, and it is short enough whatever it is called. */
  channel(name: string): string {
    const hash = createHash('sha256').update(`${this.schema}\0${name}`).digest('hex');
    return `tasks_${hash.slice(0, 40)}`;
  }

  /** A share for one interface. */
  session(): DatabaseSession {
    return new DatabaseSession(this.driver, this, this.secrets);
  }

  /**
   * Connects, looks at the server, and migrates. Both interfaces call it; the second waits for the first.
   * @throws BackendUnavailableError when no connection could be made within the connect timeout, or it was refused
   * @throws InvalidBackendError for a server or a schema that cannot be used
   */
  async open(session: DatabaseSession): Promise<void> {
    this.users.add(session);
    this.opening ??= this.connect();
    try {
      this.facts = await this.opening;
    } catch (error) {
      this.opening = undefined;
      await this.close(session);
      throw error;
    }
    session.reopen();
  }

  /** Ends one interface's share once its calls are settled; the last ends the connections. Idempotent. */
  async close(session: DatabaseSession): Promise<void> {
    await session.end();
    if (!this.users.delete(session) || this.users.size > 0) return;
    this.opening = undefined;
    await this.driver.close();
  }

  /**
   * One round trip.
   * @throws BackendUnavailableError
   */
  async ping(session: DatabaseSession): Promise<BackendInfo> {
    await session.query({ name: 'ping', text: 'select 1' });
    return {
      type: 'postgres',
      version: this.facts?.title ?? 'unknown',
      address: addressOf(this.settings.target),
    };
  }

  private async connect(): Promise<ServerFacts> {
    const { name, settings } = this;
    try {
      const facts = await this.driver.open();
      assertServer(name, facts);
      await migrate(this.driver, settings);
      for (const warning of warningsOf(name, facts)) this.warn(warning);
      return facts;
    } catch (error) {
      throw error instanceof SqlFailure ? callError(name, 'not-sent', error, this.secrets) : error;
    }
  }
}

function driverOf({ target, ...rest }: PostgresSettings): SqlDriver {
  switch (target.kind) {
    case 'embedded':
      return new PgliteDriver(rest.name, target.dataDir);
    case 'pglite':
      return new PgliteDriver(rest.name, target.pglite);
    default:
      return new PgDriver({ ...rest, target });
  }
}

/**
 * One interface's share of the database: its calls, and whether it is closed.
 *
 * What the server undid because of another transaction (a serialisation failure, a deadlock), or because a migration has changed a table
 * under a prepared statement, is tried again; nothing else is sent twice. A call ends with its rows, with `BackendUnavailableError` within the timeouts, or with `TasksClosedError`.
 */
export class DatabaseSession implements SqlQueries {
  private isClosed = false;
  private readonly open = new Set<Promise<unknown>>();
  private readonly repeated = new Set<RepeatedStep>();

  constructor(
    private readonly driver: SqlDriver,
    private readonly database: PostgresDatabase,
    private readonly secrets: readonly string[],
  ) {}

  /** One statement, a transaction of its own. */
  query<R = SqlRow>(statement: SqlStatement, values: SqlValues = []): Promise<R[]> {
    return this.track(() => this.driver.query<R>(statement, values));
  }

  /**
   * Commits when the step resolves, else rolls back and rejects with what it rejected with. The step may run several times, so it
   * does nothing but query.
   */
  transaction<T>(step: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    return this.track(() => this.driver.transaction(step));
  }

  /** Does a step again and again, with about that pause in between, until it is stopped or this share is closed. */
  repeat(pause: Ms, step: () => Promise<unknown>): RepeatedStep {
    const repeated: RepeatedStep = new RepeatedStep(pause, step, () => this.repeated.delete(repeated));
    this.repeated.add(repeated);
    return repeated;
  }

  /** Steps that are repeated now. */
  get timers(): number {
    return this.repeated.size;
  }

  /** Listens to a channel of the server: `database.channel(name)`. Never called where `canListen` is false. */
  listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    return this.track(() => this.driver.listen(channel, listener));
  }

  reopen(): void {
    this.isClosed = false;
  }

  /** Refuses further calls, and waits for those that are open. */
  async end(): Promise<void> {
    this.isClosed = true;
    for (const repeated of this.repeated) repeated.stop();
    if (this.open.size > 0) this.driver.hurry?.();
    await Promise.allSettled(this.open);
  }

  private track<T>(step: () => Promise<T>): Promise<T> {
    const { name } = this.database;
    if (this.isClosed) return Promise.reject(new TasksClosedError(`Backend "${name}" is closed.`));
    const call = this.insist(step);
    this.open.add(call);
    const done = (): boolean => this.open.delete(call);
    call.then(done, done);
    return call;
  }

  private async insist<T>(step: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof SqlFailure)) throw error;
        if (!error.isPassing || tries > REPEATS.most)
          throw callError(this.database.name, error.outcome, error, this.secrets);
      }
      const pause = Math.min(REPEATS.first * 2 ** tries, REPEATS.longest);
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}
