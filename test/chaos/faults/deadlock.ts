import { type Fault, prove } from '../harness/fault.js';
import { type PostgresBroker, SCHEMA } from '../harness/postgres-broker.js';
import { NOT_ON_OTHERS, onPostgres } from './on-postgres.js';

const TRIES = 20;
const WAITING_MS = 100;
/** Whoever looks first is undone: not we, but those whom we wait for. */
const PATIENCE = '20s';
const RUNNING = `select id from ${SCHEMA}.job where state = 5 order by id`;
const HALF = `select id from ${SCHEMA}.job where id = any($1) order by id for update`;

/** A session takes rows of running jobs in another order than their workers, who settle them: somebody has to be undone (40P01). */
export const deadlock: Fault = {
  name: 'deadlocks',
  absent: NOT_ON_OTHERS,
  fire: async ({ broker }) => {
    const postgres = onPostgres(broker);
    const before = await deadlocks(postgres);
    let tries = 0;
    while ((await deadlocks(postgres)) === before && tries++ < TRIES) await cross(postgres);
    const met = (await deadlocks(postgres)) - before;
    prove(met > 0, `nobody met in ${tries} tries`);
    return `${met} deadlocks in ${tries} tries`;
  },
};

async function cross(postgres: PostgresBroker): Promise<void> {
  await postgres.transaction(async (client) => {
    await client.query(`set local deadlock_timeout = '${PATIENCE}'`);
    await client.query(`set local statement_timeout = '5s'`);
    const { rows } = await client.query<{ id: string }>(RUNNING);
    const ids = rows.map(({ id }) => id);
    await client.query(HALF, [ids.filter((_, place) => place % 2 === 0)]);
    await new Promise((resolve) => void setTimeout(resolve, WAITING_MS));
    await client.query(HALF, [ids.filter((_, place) => place % 2 === 1)]).catch(() => undefined);
  });
}

async function deadlocks(postgres: PostgresBroker): Promise<number> {
  const text = 'select deadlocks::int from pg_stat_database where datname = current_database()';
  const [row] = await postgres.ask<{ deadlocks: number }>(text);
  return row?.deadlocks ?? 0;
}
