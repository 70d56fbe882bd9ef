import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, prove } from '../harness/fault.js';

/** A worker is asked to end (SIGTERM) at some moment, in the middle of a claim as likely as not. */
export const stopWorker: Fault = {
  name: 'SIGTERM of a worker',
  fire: async ({ fleet, random }) => {
    const victim = random.pick(fleet.workers);
    await sleep(random.below(50));
    const since = performance.now();
    victim.signal('SIGTERM');
    const { code, signal } = await victim.exited;
    prove(code === 0 || signal === 'SIGTERM', `the worker ended with ${code ?? signal}: ${victim.output}`);
    return `${victim.settings.name} drained in ${Math.round(performance.now() - since)} ms`;
  },
};
