import type { CallOutcome } from '../../errors/index.js';

/** SQLSTATEs after which nobody knows: the connection ended, maybe behind the commit. */
const UNKNOWN = /^(08|57P0[1-5]$|40003$|XX)/;
/** SQLSTATEs after which the connection is of no use: it ended, leads to a replica, or lost what it had prepared. */
const LOST = /^(08|57P|25006$|26000$|0A000$|XX)/;

/** What a driver rejects with. */
export class SqlFailure extends Error {
  /** Of the server; nothing where it has said nothing. */
  readonly sqlState: string | undefined;

  constructor(
    error: unknown,
    /** `not-sent`: nothing happened. `unknown`: it may have been carried out. */
    readonly outcome: CallOutcome,
  ) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    this.sqlState = sqlStateIn(error);
  }

  /** Of a statement that was sent: a server that refuses it has undone it. */
  static ofStatement(error: unknown): SqlFailure {
    const state = sqlStateIn(error);
    return new SqlFailure(error, state === undefined || UNKNOWN.test(state) ? 'unknown' : 'not-sent');
  }

  get isConnectionLost(): boolean {
    return this.sqlState === undefined || LOST.test(this.sqlState);
  }

  /** Nothing was done, for a reason that is gone the next time: it may be tried again. */
  get isPassing(): boolean {
    return this.isConflict || this.isOutdated;
  }

  /** A conflict with another transaction, which the server has ended by undoing this one. */
  private get isConflict(): boolean {
    return this.sqlState === '40001' || this.sqlState === '40P01';
  }

  /** Somebody else has prepared a statement of that name on the connection: a pooler gives it to many, one after the other. */
  get isShared(): boolean {
    return this.sqlState === '42P05';
  }

  /** What the connection had prepared is gone, is another client's, or was for a table that a migration has changed since. */
  private get isOutdated(): boolean {
    return (
      this.sqlState === '26000' ||
      this.isShared ||
      (this.sqlState === '0A000' && this.message.includes('cached plan'))
    );
  }
}

function sqlStateIn(error: unknown): string | undefined {
  const { code, severity } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    severity?: unknown;
  };
  // EPIPE of a socket has five letters too; only what the server says has a severity.
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined;
}
