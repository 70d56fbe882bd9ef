import { appendFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';

export interface LedgerEntry {
  readonly what: 'begun' | 'done';
  readonly orderId: string;
  /** The process that says so. */
  readonly pid: number;
  /** Of the job: 1 is its first run. */
  readonly attempt: number;
}

/** What the warehouse did, a line each in the file that `LEDGER` names: all processes append to one. */
@Injectable()
export class Ledger {
  async append(entry: LedgerEntry): Promise<void> {
    const file = process.env['LEDGER'];
    if (file !== undefined) await appendFile(file, `${JSON.stringify(entry)}\n`);
  }
}
