import { type Fault, prove } from '../harness/fault.js';
import { SCHEMA } from '../harness/postgres-broker.js';
import { NOT_ON_OTHERS, onPostgres } from './on-postgres.js';

const SAYS = 'canceling statement due to statement timeout';

/** Somebody holds the table for longer than a statement may take: the server gives the statements up (57014). */
export const lockTable: Fault = {
  name: 'statements that time out',
  absent: NOT_ON_OTHERS,
  fire: async ({ broker, commandTimeout, sleep }) => {
    const postgres = onPostgres(broker);
    await postgres.transaction(async (client) => {
      await client.query(`lock table ${SCHEMA}.job in access exclusive mode`);
      await sleep(commandTimeout * 1.2);
    });
    prove(postgres.server.logOf().includes(SAYS), 'no statement was given up');
    return `the table was locked for ${commandTimeout * 1.2} ms, and the server gave statements up`;
  },
};
