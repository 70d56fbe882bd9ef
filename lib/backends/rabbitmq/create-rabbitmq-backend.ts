import type { TaskBackend, TaskBackendOptions } from '../../contract/index.js';
import { InvalidBackendError } from '../../errors/index.js';
import { MemoryQueueBackend } from '../memory/memory-queue-backend.js';
import { MemoryStateBackend } from '../memory/memory-state-backend.js';
import { keptState } from './kept-state.js';
import { diagnose, queueNames } from './look-around.js';
import { rabbitMqDriver } from './rabbitmq-driver.js';
import { RabbitMqQueueBackend } from './rabbitmq-queue-backend.js';
import { rabbitMqOptionProblems, resolveRabbitMqOptions } from './resolve-rabbitmq-options.js';

/**
 * The factory of the type `rabbitmq`: RabbitMQ moves the jobs, and the backend that the entry names with `state` keeps them. What `url` and
 * `options` may say stands at `RabbitMqBackendOptions`; `amqplib` is looked for here and loaded when the backend is opened.
 *
 * @throws InvalidBackendError naming every option that cannot be used; MissingPeerError when `amqplib` is not installed
 *
 * @example
 * TasksModule.forRoot({
 *   backends: [
 *     { name: 'primary', type: 'postgres', url: 'postgres://localhost:5432/app' },
 *     { name: 'notifications', type: 'rabbitmq', url: 'amqp://localhost', state: 'primary' },
 *   ],
 * });
 */
export function createRabbitMqBackend(options: TaskBackendOptions): TaskBackend {
  const settings = resolveRabbitMqOptions(options);
  rabbitMqDriver.assertInstalled();
  const { clock, state, logger, name } = options;
  const warn = (message: string): void =>
    logger === undefined ? process.emitWarning(message) : logger.warn(message);
  if (state === undefined) {
    const own = { clock };
    warn(
      `Backend "${name}": its ledger is in memory. Results, progress, records, counts and limits hold within this process alone, and ` +
        'idempotency keys, uniqueness, dependencies, signals, limits of keys, cancels, pauses and atomic batches are refused. Write `state` beside its type, with the name of a backend on Redis or PostgreSQL, to have them for all processes.',
    );
    const queue = new RabbitMqQueueBackend({ settings, ledger: new MemoryQueueBackend(own), clock, warn });
    return {
      queue,
      state: new MemoryStateBackend(own),
      diagnose: (declared) => diagnose(queue.broker, [], declared),
    };
  }
  if (!state.queue.capabilities.features.ledger) {
    throw new InvalidBackendError(
      `Backend "${name}": the backend that its \`state\` names keeps no jobs of another broker.`,
      {
        remedy: 'Name a backend on Redis or PostgreSQL in `state`.',
      },
    );
  }
  const queue = new RabbitMqQueueBackend({ settings, ledger: state.queue, turns: state.state, clock, warn });
  const names = () => queueNames(queue.broker, state);
  return {
    queue,
    state: keptState(state.state),
    ...(state.queueNames && { queueNames: names }),
    diagnose: async (declared) => diagnose(queue.broker, await names(), declared),
  };
}

createRabbitMqBackend.check = rabbitMqOptionProblems;
