import { type Fault, prove } from '../harness/fault.js';
import { PooledBroker } from '../harness/pooled-broker.js';
import { onPostgres } from './on-postgres.js';
import { until } from './until.js';

const SAYS = 'could not serialize access';

/** The pooler in between is killed, and starts again. */
export const restartPooler: Fault = {
  name: 'pooler killed and started again',
  absent: {
    redis: 'there is none in between',
    postgres: 'there is none in between',
    rabbitmq: 'there is none in between',
  },
  fire: async ({ broker: { proxy }, broker }) => {
    if (!(broker instanceof PooledBroker)) throw new Error('There is no pooler.');
    const { connections } = proxy;
    prove(connections > 0, 'nobody was connected');
    await broker.restartPooler();
    return `${connections} connections through it were lost`;
  },
};

/** Transactions meet, and the server undoes one of each two (40001). */
export const serialisation: Fault = {
  name: 'serialisation failures',
  absent: {
    redis: 'it has no such transactions',
    rabbitmq: 'it has no such transactions',
    postgres:
      'whose connections are told that each statement sees what is committed; those of a pooler are not',
  },
  fire: async ({ broker }) => {
    const { server } = onPostgres(broker);
    await until(async () => server.logOf().includes(SAYS), 'no transaction was undone');
    return 'transactions were undone because of others';
  },
};
