import { type Fault, prove } from '../harness/fault.js';

/** The server stands still for longer than any call waits: connections stay open, and nobody answers. */
export const freezeServer: Fault = {
  name: 'SIGSTOP of the server past the command timeout',
  fire: async ({ broker, commandTimeout }) => {
    const since = performance.now();
    broker.freeze();
    const isSilent = await broker.isSilent(commandTimeout * 1.5);
    broker.thaw();
    prove(isSilent, 'the server answered');
    return `no answer for ${Math.round(performance.now() - since)} ms`;
  },
};
