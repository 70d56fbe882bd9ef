import type { SqlStatement } from './sql-statement.js';

/** Values of a statement's parameters: numbers, texts, booleans, bytes as Buffer or Uint8Array, arrays of these, long ones as `PackedArray`, null. */
export type SqlValues = readonly unknown[];
export type SqlRow = Readonly<Record<string, unknown>>;

/** Runs statements: each its own transaction, or all in the one that it stands for. */
export interface SqlQueries {
  /**
   * One statement, prepared once a connection where the way to the server allows.
   * `bigint` and `numeric` come as texts, `bytea` as Buffer, `jsonb` parsed, `timestamptz` as Date.
   */
  query<R = SqlRow>(statement: SqlStatement, values?: SqlValues): Promise<R[]>;
}

/** One transaction on one connection. */
export interface SqlTransaction extends SqlQueries {
  /** Several statements without parameters, as they stand in a migration. */
  script(text: string): Promise<void>;
}

/** What a server says of itself when it is connected to. */
export interface ServerFacts {
  /** `server_version_num`, such as 150018. */
  readonly version: number;
  /** As it is shown, such as `15.18`. */
  readonly title: string;
  readonly isReplica: boolean;
  readonly isReadOnly: boolean;
  readonly encoding: string;
  /** What stands between: nothing, a pooler that gives each client a connection of its own, or one that does not. */
  readonly pooler: 'none' | 'session' | 'transaction';
}

export interface ChannelListener {
  readonly onMessage: (payload: string) => void;
  /** After the connection was lost and made anew: messages may have been missed. */
  readonly onReconnect?: (() => void) | undefined;
}

/** One way to a PostgreSQL. What it rejects with is a `SqlFailure`. */
export interface SqlDriver extends SqlQueries {
  /** Connections and timers that are held now. */
  readonly handles: number;
  /** Connects. Again only when it rejected. */
  open(): Promise<ServerFacts>;
  /** Commits when the step resolves, else rolls back. @param patience How long each of its statements may take, in ms. */
  transaction<T>(step: (transaction: SqlTransaction) => Promise<T>, patience?: number): Promise<T>;
  /** @returns what ends it, once the server has said that messages arrive from now on */
  listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>>;
  /** Calls that wait for a connection are given up soon: somebody waits for them who is about to close. */
  hurry?(): void;
  close(): Promise<void>;
}
