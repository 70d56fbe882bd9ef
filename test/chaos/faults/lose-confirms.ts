import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, prove } from '../harness/fault.js';
import { ONLY_ON_RABBITMQ, onRabbitMq } from './on-rabbitmq.js';

const BOUND_MS = 10_000;
const TIMES = 5;
/** In the headers of every message of ours, and in nothing else. */
const PUBLISHED = /nestjs-tasks\+ledger/;

/** Messages are published, their confirms never arrive, and the connection is reset. */
export const loseConfirms: Fault = {
  name: 'confirms lost',
  absent: ONLY_ON_RABBITMQ,
  fire: async ({ broker }) => {
    const { proxy } = onRabbitMq(broker);
    const before = proxy.swallowed;
    for (let time = 1; time <= TIMES; time++) {
      proxy.swallowNextReply(PUBLISHED);
      for (const deadline = performance.now() + BOUND_MS; proxy.swallowed < before + time; await sleep(10))
        prove(performance.now() < deadline, 'nobody published');
    }
    return `${proxy.swallowed - before} confirms swallowed`;
  },
};
