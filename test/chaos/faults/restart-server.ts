import type { Fault } from '../harness/fault.js';

/** The server is killed and starts again on what is on its disk. */
export const crashServer: Fault = {
  name: 'server killed and started again',
  fire: async ({ broker }) => {
    const since = performance.now();
    await broker.crash();
    return `another server process after ${Math.round(performance.now() - since)} ms`;
  },
};

/** The server is stopped in order, and starts again. */
export const restartServer: Fault = {
  name: 'server restarted',
  fire: async ({ broker }) => {
    const since = performance.now();
    await broker.restart();
    return `another server process after ${Math.round(performance.now() - since)} ms`;
  },
};
