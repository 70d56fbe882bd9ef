import { type Fault, prove } from '../harness/fault.js';

/** Every run of a job kills its process. */
export const poisonJob: Fault = {
  name: 'a poison job',
  fire: async (run) => {
    const before = run.fleet.deaths.length;
    const { state, stalls, error } = await run.job('poison');
    const deaths = run.fleet.deaths.length - before;
    prove(deaths >= stalls, `${deaths} processes died`);
    prove(state === 'failed' && error?.code === 'TASKS_STALLED', `it is ${state}, with ${error?.code}`);
    prove(stalls === 3, `it has stalled ${stalls} times`);
    return `${deaths} processes died, then it was a dead letter with ${error?.code}`;
  },
};

/** A process dies after the effect of a job and before its outcome is written. */
export const dyingJob: Fault = {
  name: 'a process that dies between effect and outcome',
  fire: async (run) => {
    const { state, attempt, stalls, id } = await run.job('dying');
    prove(state === 'completed' && stalls === 1 && attempt === 2, `it is ${state} after ${attempt} attempts`);
    return `${id} ran twice and completed once`;
  },
};

/** A handler blocks the event loop for longer than its lease. */
export const blockingJob: Fault = {
  name: 'an event loop blocked past the lease',
  fire: async (run) => {
    const { state, stalls, attempt } = await run.job('blocking');
    prove(state === 'completed' && stalls >= 1, `it is ${state} after ${attempt} attempts, ${stalls} stalls`);
    return `it stalled and completed with attempt ${attempt}`;
  },
};
