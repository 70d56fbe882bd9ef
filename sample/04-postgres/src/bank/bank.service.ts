import { Injectable } from '@nestjs/common';
import { InjectTasks, type Job, type TaskClient } from 'nestjs-tasks';
import { Database } from '../database.js';
import type { Transfer } from './transfer.js';
import { TransferTasks } from './transfer.tasks.js';

@Injectable()
export class BankService {
  constructor(
    private readonly database: Database,
    @InjectTasks(TransferTasks) private readonly transfers: TaskClient<TransferTasks>,
  ) {}

  async open(accounts: readonly string[], balance: number): Promise<void> {
    const { schema } = this.database;
    await this.database.query(`create schema if not exists ${schema}`);
    await this.database.query(
      `create table ${schema}.account (id text primary key, balance integer not null)`,
    );
    await this.database.query(`create table ${schema}.booking (job text not null, amount integer not null)`);
    await this.database.query(`create table ${schema}.placed (job text primary key)`);
    for (const id of accounts) {
      await this.database.query(`insert into ${schema}.account values ($1, $2)`, [id, balance]);
    }
  }

  /** Writes the order and enqueues its job in one transaction: there are both, or neither. */
  place(order: Transfer, check: () => void = () => undefined): Promise<Job> {
    return this.database.transaction(async (tx) => {
      const job = await this.transfers.transfer.delay(order, { tx });
      await tx.query(`insert into ${this.database.schema}.placed values ($1)`, [job.id]);
      check();
      return job;
    });
  }
}
