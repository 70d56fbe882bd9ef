import { QueueFullError } from 'nestjs-tasks';
import { type Fault, prove } from '../harness/fault.js';
import { ONLY_ON_RABBITMQ, onRabbitMq } from './on-rabbitmq.js';
import { until } from './until.js';

const NAME = 'nothing-more';
const POLICY = JSON.stringify({ 'max-length': 0, overflow: 'reject-publish' });
const REFUSING_MS = 1_500;

/** The queue takes no more, as one that has reached its limit: whoever enqueues is told so. */
export const refusePublish: Fault = {
  name: 'publish refused by a full queue',
  absent: ONLY_ON_RABBITMQ,
  fire: async (run) => {
    const { server, queue } = onRabbitMq(run.broker);
    await server.control(
      'set_policy',
      NAME,
      `^${queue.replace('.', '\\.')}$`,
      POLICY,
      '--apply-to',
      'queues',
    );
    const isFull = () =>
      run.enqueue('plain').then(
        () => false,
        (error: unknown) => error instanceof QueueFullError,
      );
    await until(isFull, 'the queue takes more');
    const before = run.fleet.total.accepted;
    await run.sleep(REFUSING_MS);
    const accepted = run.fleet.total.accepted - before;
    prove(await isFull(), 'there was room again');
    await server.control('clear_policy', NAME);
    await until(async () => !(await isFull()), 'the queue goes on to refuse');
    prove(accepted < run.rate, `${accepted} jobs were accepted meanwhile`);
    return `QueueFullError for ${REFUSING_MS} ms, ${accepted} jobs accepted meanwhile`;
  },
};
