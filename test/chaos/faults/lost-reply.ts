import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendCall } from '../harness/broker.js';
import { type Fault, prove } from '../harness/fault.js';

const BOUND_MS = 10_000;
const TIMES = 5;

/** What a call asks for is done, its reply never arrives and its connection is reset. */
export const lostReply = (call: BackendCall): Fault => ({
  name: `reply of ${call} lost`,
  fire: async ({ broker }) => {
    const { proxy, request } = broker.lineOf(call);
    const before = proxy.swallowed;
    for (let time = 1; time <= TIMES; time++) {
      proxy.swallowNextReply(request);
      for (const deadline = performance.now() + BOUND_MS; proxy.swallowed < before + time; await sleep(10))
        prove(performance.now() < deadline, `nobody called ${call}`);
    }
    return `${proxy.swallowed - before} replies swallowed`;
  },
});
