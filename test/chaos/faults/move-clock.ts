import { type Fault, prove } from '../harness/fault.js';
import { SCHEMA } from '../harness/postgres-broker.js';
import { onPostgres } from './on-postgres.js';

const MOVES_S = [-10, 10];
const BETWEEN_MS = 700;

/** The clock of the server goes back ten seconds, and forward again, as it does when somebody sets it. */
export const moveClock: Fault = {
  name: "the server's clock set back",
  absent: {
    redis: 'whose clock is that of the machine: test/contract/redis-faults.spec.ts moves it for its scripts',
    rabbitmq: 'whose ledger tells the time',
  },
  fire: async ({ broker, sleep }) => {
    const postgres = onPostgres(broker);
    const [before] = await postgres.ask<{ text: string }>(
      `select pg_get_functiondef('${SCHEMA}.now_ms()'::regprocedure) as text`,
    );
    const moments: number[] = [];
    for (const seconds of MOVES_S) {
      await postgres.ask(
        before?.text.replace('clock_timestamp()', `clock_timestamp() + interval '${seconds} s'`) ?? '',
      );
      const [row] = await postgres.ask<{ now: string }>(`select ${SCHEMA}.now_ms() as now`);
      moments.push(Number(row?.now));
      await sleep(BETWEEN_MS);
    }
    await postgres.ask(before?.text ?? '');
    const [back = 0, forth = 0] = moments;
    prove(forth - back > 15_000, 'the clock has not moved');
    return `set back by 10 s, then ${forth - back} ms forward, then right again`;
  },
};
