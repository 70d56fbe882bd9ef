import type { Fault } from '../harness/fault.js';
import { ONLY_ON_RABBITMQ, onRabbitMq } from './on-rabbitmq.js';
import { until } from './until.js';

/** Somebody deletes the queue under its consumers, with all that lies in it. */
export const deleteQueue: Fault = {
  name: 'queue deleted under its consumers',
  absent: ONLY_ON_RABBITMQ,
  fire: async ({ broker, fleet }) => {
    const { desk, queue } = onRabbitMq(broker);
    // One whose prefetch changes is away for a moment.
    let consumers = 0;
    const isConsumed = async () => (consumers = await desk.consumers(queue)) >= fleet.workers.length;
    await until(isConsumed, 'not everybody consumes it');
    const gone = await desk.deleteQueue(queue);
    const count = async () => (await desk.waiting(queue).catch(() => undefined)) !== undefined;
    await until(count, 'nobody has declared it again');
    await until(async () => (await desk.consumers(queue)) >= consumers, 'nobody consumes it again');
    return `deleted with ${gone} messages under ${consumers} consumers, which are back`;
  },
};

/** Somebody purges the queue: its messages are gone, and nobody is told. Workers stand still until something lies there: idle ones leave nothing. */
export const purgeQueue: Fault = {
  name: 'queue purged',
  absent: ONLY_ON_RABBITMQ,
  fire: async ({ broker, fleet }) => {
    const { desk, queue } = onRabbitMq(broker);
    const workers = [...fleet.workers];
    let gone = 0;
    for (const worker of workers) worker.signal('SIGSTOP');
    try {
      await until(async () => (gone += await desk.purge(queue)) > 0, 'nothing lay in it');
    } finally {
      for (const worker of workers) worker.signal('SIGCONT');
    }
    return `${gone} messages purged`;
  },
};
