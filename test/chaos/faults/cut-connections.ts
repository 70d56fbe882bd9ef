import { type Fault, prove } from '../harness/fault.js';

/** The server ends every connection at once (CLIENT KILL). */
export const cutConnections: Fault = {
  name: 'every connection killed',
  fire: async ({ broker, fleet }) => {
    const processes = fleet.workers.length + fleet.producers.length;
    const cut = await broker.cutAll();
    prove(cut >= processes, `${cut} connections of ${processes} processes were cut`);
    return `${cut} connections of ${processes} processes cut`;
  },
};
