import { type Fault, prove } from '../harness/fault.js';
import { NOT_ON_OTHERS, onPostgres } from './on-postgres.js';
import { until } from './until.js';

const LISTENERS = `select pid from pg_stat_activity where application_name like '%:listen'`;

/** The connections that hear of new jobs are ended, and no other: whoever listens is deaf until it is back. */
export const loseListeners: Fault = {
  name: 'LISTEN connections killed',
  absent: { ...NOT_ON_OTHERS, pgbouncer: 'nobody can listen through it' },
  fire: async ({ broker, fleet }) => {
    const postgres = onPostgres(broker);
    const pids = async () => (await postgres.ask<{ pid: number }>(LISTENERS)).map(({ pid }) => pid);
    const before = await pids();
    const cut = await postgres.terminate('%:listen');
    prove(cut >= fleet.workers.length, `${cut} connections of ${fleet.workers.length} workers were cut`);
    const others = async () => (await pids()).filter((pid) => !before.includes(pid)).length;
    await until(async () => (await others()) >= cut, 'nobody listens again');
    return `${cut} cut, as many listen again`;
  },
};
