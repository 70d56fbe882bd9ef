import { packId } from '../../../lib/backends/redis/packed-id.js';
import { type Fault, prove } from '../harness/fault.js';
import { RedisBroker } from '../harness/redis-broker.js';
import { until } from './until.js';

const JOBS = 20;
/** Until then the records go. */
const DUE_MS = 400;

/** The server may evict, and records of jobs that wait for their moment are gone, as if it had. Nobody counts on those jobs; the others go on. */
export const loseRecords: Fault = {
  name: 'records of jobs evicted',
  absent: {
    postgres: 'which evicts nothing',
    pgbouncer: 'which evicts nothing',
    rabbitmq: 'which evicts nothing, and its ledger loses its own',
  },
  fire: async (run) => {
    const { broker } = run;
    if (!(broker instanceof RedisBroker)) throw new Error('Only Redis evicts.');
    const { admin } = broker;
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const ids = await Promise.all(
      Array.from({ length: JOBS }, () => run.enqueue('later', DUE_MS, { isCounted: false })),
    );
    const packed = ids.map(packId);
    const gone = await admin.hdel(broker.key('jobs'), ...packed);
    prove(gone > JOBS / 2, `${gone} of ${JOBS} records were there to be deleted`);
    const left = async () => {
      const moments = await admin.zmscore(broker.key('scheduled'), ...packed);
      return moments.filter((moment) => moment !== null).length;
    };
    await until(async () => (await left()) === 0, 'jobs without a record stay scheduled');
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    return `${gone} records deleted by hand, and nothing is left of their jobs`;
  },
};
