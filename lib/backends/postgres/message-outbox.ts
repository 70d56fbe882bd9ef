import type { Payload } from '../../contract/index.js';
import type { DatabaseSession } from './database.js';
import { toNotice } from './message-text.js';
import { toColumns } from './payload-column.js';
import type { SqlStatement } from './sql-statement.js';

/** Messages of one statement at most. */
const BATCH = 500;

interface Outgoing {
  readonly channel: string;
  readonly message: Payload;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Publishes at once where nothing is under way; what is published meanwhile travels together afterwards. Commits that notify wait for
 * each other on the server, so there is never more than one of a process.
 */
export class MessageOutbox {
  private waiting: Outgoing[] = [];
  private isSending = false;

  constructor(
    private readonly session: DatabaseSession,
    private readonly publishStatement: SqlStatement,
  ) {}

  publish(channel: string, message: Payload): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ channel, message, resolve, reject });
      if (!this.isSending) void this.sendAll();
    });
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    while (this.waiting.length > 0) await this.send(this.waiting.splice(0, BATCH));
    this.isSending = false;
  }

  private async send(batch: readonly Outgoing[]): Promise<void> {
    const columns = batch.map(({ message }) => toColumns(message));
    try {
      await this.session.query(this.publishStatement, [
        batch.map(({ channel }) => channel),
        batch.map(({ message }, place) => toNotice(message, place) ?? null),
        columns.map(({ body }) => body),
        columns.map(({ is_text }) => is_text),
      ]);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
