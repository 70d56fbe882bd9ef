import { type Fault, prove } from '../harness/fault.js';

/** A worker process is gone at once, in the middle of its jobs (kill -9). */
export const killWorker: Fault = {
  name: 'kill -9 of a worker',
  fire: async ({ fleet, random }) => {
    const victim = random.pick(fleet.workers);
    const { signal } = await victim.kill();
    prove(signal === 'SIGKILL', `the worker ended with ${signal}`);
    return `${victim.settings.name} ended with ${signal} after ${victim.pulse.done} jobs`;
  },
};
