import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, prove } from '../harness/fault.js';
import { RedisBroker } from '../harness/redis-broker.js';

const FLUSHES = 20;
const BETWEEN_MS = 50;

/** The server forgets its scripts again and again, as it does at a restart or a failover. */
export const flushScripts: Fault = {
  name: 'SCRIPT FLUSH',
  absent: {
    postgres: 'where what is prepared lives and dies with its connection: those are cut',
    pgbouncer: 'where nothing is prepared',
    rabbitmq: 'it has none, and its ledger loses its own',
  },
  fire: async ({ broker }) => {
    if (!(broker instanceof RedisBroker)) throw new Error('Only Redis has scripts.');
    const sum = async () =>
      Number(/errorstat_NOSCRIPT:count=(\d+)/.exec(await broker.admin.info('errorstats'))?.[1] ?? 0);
    const before = await sum();
    for (let flush = 0; flush < FLUSHES; flush++) {
      await broker.admin.script('FLUSH');
      await sleep(BETWEEN_MS);
    }
    const missed = (await sum()) - before;
    prove(missed > 0, 'no script was missed');
    return `${FLUSHES} flushes, ${missed} calls found their script gone`;
  },
};
