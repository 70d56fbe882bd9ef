import { Injectable } from '@nestjs/common';
import { Task, type TaskContext } from 'nestjs-tasks';
import { Database } from '../database.js';
import type { Transfer } from './transfer.js';

@Injectable()
export class TransferTasks {
  constructor(private readonly database: Database) {}

  /** Moves the money and completes its job in one transaction: however often it runs, it is moved once. */
  @Task({ name: 'transfer', maxRetries: 3, retry: { delay: 10 } })
  async transfer({ from, to, amount, trouble }: Transfer, ctx: TaskContext): Promise<void> {
    const { schema } = this.database;
    const account = `update ${schema}.account set balance = balance + $1 where id = $2`;
    await this.database.transaction(async (tx) => {
      // In one order for all: transfers round a circle of accounts waited for each other, each until the
      // server broke the deadlock a second later.
      await tx.query(`select from ${schema}.account where id in ($1, $2) order by id for update`, [from, to]);
      await tx.query(account, [-amount, from]);
      await tx.query(account, [amount, to]);
      await tx.query(`insert into ${schema}.booking values ($1, $2)`, [ctx.job.id, amount]);
      if (trouble === 'before' && ctx.attempt === 1) throw new Error('The line went dead.');
      await ctx.complete(tx);
    });
    // The job is completed by now, and stays so.
    if (trouble === 'after') throw new Error('The receipt printer is on fire.');
  }
}
