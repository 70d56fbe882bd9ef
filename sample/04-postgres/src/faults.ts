import type { Database } from './database.js';

/** What the books say that they must not; nothing, if all is well. */
export async function faultsOf(
  database: Database,
  placed: readonly string[],
  total: number,
): Promise<string[]> {
  const { schema } = database;
  const faults: string[] = [];
  const [sum] = await database.query<{ sum: string }>(`select sum(balance) from ${schema}.account`);
  if (Number(sum?.sum) !== total) faults.push(`there is ${sum?.sum} in all accounts, and was ${total}`);
  const booked = await database.query<{ job: string; count: string }>(
    `select job, count(*) from ${schema}.booking group by job`,
  );
  const counts = new Map(booked.map(({ job, count }) => [job, Number(count)]));
  for (const job of placed) {
    const count = counts.get(job) ?? 0;
    if (count !== 1) faults.push(`transfer ${job} was booked ${count} times`);
    counts.delete(job);
  }
  for (const job of counts.keys()) faults.push(`transfer ${job} was booked, and never placed`);
  const rows = await database.query(`select from ${schema}.placed`);
  if (rows.length !== placed.length)
    faults.push(`${rows.length} orders are there, and ${placed.length} were placed`);
  return faults;
}
