import type { Ms } from '../../contract/index.js';
import type { DatabaseSession } from './database.js';
import type { RepeatedStep } from './repeated-step.js';
import type { SqlStatement } from './sql-statement.js';

/** How often it is swept. What is over is not seen before either, so nothing depends on it but the size of the tables. */
const PAUSE: Ms = 30_000;
/** Rows of one table in one statement: short, so that nobody waits for it. */
const BATCH = 500;
/** Statements of one sweep. */
const BATCHES = 40;

/** Forgets values, leases, limiters and messages that are over, in small batches beside the calls. */
export class StateSweeper {
  private repeated: RepeatedStep | undefined;

  constructor(
    private readonly session: DatabaseSession,
    private readonly statement: SqlStatement,
  ) {}

  start(): void {
    this.repeated ??= this.session.repeat(PAUSE, () => this.sweep());
  }

  stop(): void {
    this.repeated?.stop();
    this.repeated = undefined;
  }

  async sweep(): Promise<void> {
    for (let batch = 0; batch < BATCHES; batch++) {
      const [row] = await this.session.query<{ most: number }>(this.statement, [BATCH]);
      if ((row?.most ?? 0) < BATCH) return;
    }
  }
}
