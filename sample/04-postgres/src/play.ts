import type { INestApplicationContext } from '@nestjs/common';
import { BankService } from './bank/bank.service.js';
import type { Transfer } from './bank/transfer.js';
import type { Database } from './database.js';
import { faultsOf } from './faults.js';

const ACCOUNTS = ['ada', 'grace', 'linus', 'margaret'] as const;
const BALANCE = 1_000;
const TRANSFERS = 40;

/** Places transfers, some in transactions that are rolled back, and waits until all are booked. @returns what is wrong */
export async function play(
  app: INestApplicationContext,
  database: Database,
  say: (line: string) => void,
): Promise<string[]> {
  const bank = app.get(BankService);
  await bank.open(ACCOUNTS, BALANCE);
  const jobs = [];
  let refused = 0;
  for (let n = 0; n < TRANSFERS; n++) {
    const order = transfer(n);
    if (n % 10 !== 9) jobs.push(await bank.place(order));
    else await bank.place(order, outOfStamps).catch(() => refused++);
  }
  say(`placed      ${jobs.length} transfers; ${refused} were rolled back, with their jobs`);
  await Promise.all(jobs.map((job) => job.result({ timeout: '60s' })));
  say(`booked      ${jobs.length} transfers, a third of them in trouble at first`);
  const ids = jobs.map(({ id }) => id);
  return faultsOf(database, ids, ACCOUNTS.length * BALANCE);
}

function transfer(n: number): Transfer {
  const from = ACCOUNTS[n % ACCOUNTS.length] as string;
  const to = ACCOUNTS[(n + 1) % ACCOUNTS.length] as string;
  const order = { from, to, amount: 1 + n };
  if (n % 6 === 1) return { ...order, trouble: 'before' };
  return n % 6 === 4 ? { ...order, trouble: 'after' } : order;
}

function outOfStamps(): never {
  throw new Error('Out of stamps.');
}
