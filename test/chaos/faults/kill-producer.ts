import { type Fault, prove } from '../harness/fault.js';

/** A process is gone while its calls are under way: what they came to is known to nobody. */
export const killProducer: Fault = {
  name: 'kill -9 of a producer',
  fire: async ({ fleet, random }) => {
    const victim = random.pick(fleet.producers);
    const { signal } = await victim.kill();
    prove(signal === 'SIGKILL', `the producer ended with ${signal}`);
    return `${victim.settings.name} ended with ${signal} after ${victim.pulse.accepted} jobs`;
  },
};
