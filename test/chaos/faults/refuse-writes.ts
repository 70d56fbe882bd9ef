import { type Fault, prove } from '../harness/fault.js';
import { NOT_ON_OTHERS, onPostgres } from './on-postgres.js';

const READ_ONLY_MS = 1_500;

/** The server takes no writes for a while (25006), as the old primary after a failover. */
export const refuseWrites: Fault = {
  name: 'server read only',
  absent: NOT_ON_OTHERS,
  fire: async ({ broker, fleet, sleep }) => {
    const postgres = onPostgres(broker);
    await postgres.configure('default_transaction_read_only', 'on');
    await sleep(200);
    const before = fleet.total.accepted;
    await sleep(READ_ONLY_MS);
    const accepted = fleet.total.accepted - before;
    await postgres.configure('default_transaction_read_only');
    prove(accepted < 500, `${accepted} jobs were accepted meanwhile`);
    return `writes refused for ${READ_ONLY_MS} ms`;
  },
};
