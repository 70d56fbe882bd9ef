import { type Fault, prove } from '../harness/fault.js';

/** A worker stands still for longer than its leases, and goes on as if nothing had been: its verdicts come too late. */
export const freezeWorker: Fault = {
  name: 'SIGSTOP of a worker past its leases',
  fire: async ({ fleet, random, lease, sleep }) => {
    const victim = random.pick(fleet.workers);
    const { done } = victim.pulse;
    victim.signal('SIGSTOP');
    const since = performance.now();
    await sleep(lease * 1.6);
    prove(victim.isFrozen, `${victim.settings.name} was not stopped`);
    prove(victim.pulse.done - done < 1_000, 'it went on');
    victim.signal('SIGCONT');
    return `${victim.settings.name} stood still for ${Math.round(performance.now() - since)} ms of a lease of ${lease}`;
  },
};
