import { type Fault, prove } from '../harness/fault.js';

const STARVED_MS = 1_500;

/** The server has no room left (memory, or disk): it refuses what would grow, until there is room again. */
export const starveServer: Fault = {
  name: 'server out of room',
  fire: async ({ broker, fleet, sleep }) => {
    prove(await broker.starve(true), 'the server takes more');
    const before = fleet.total;
    await sleep(STARVED_MS);
    const accepted = fleet.total.accepted - before.accepted;
    prove(await broker.starve(true), 'there was room again');
    prove(!(await broker.starve(false)), 'the server goes on to refuse');
    prove(broker.takesWhatFits || accepted < 500, `${accepted} jobs were accepted meanwhile`);
    return `writes refused for ${STARVED_MS} ms`;
  },
};
