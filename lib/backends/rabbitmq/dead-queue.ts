import type { Channel, GetMessage } from 'amqplib';
import type { ErrorRecord, JobRef } from '../../contract/index.js';
import { enterDead } from './bury-message.js';
import { idOf, readMessage } from './message.js';
import { isNotFound } from './rabbitmq-errors.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/** Messages of a dead-letter queue that are looked at for one call. */
const MOST = 10_000;

/** Looks at the dead letters of a queue that lie at the broker: each is dropped when `visit` says so, else it stays where it is. */
async function browse(
  parts: RabbitMqParts,
  queue: string,
  visit: (message: GetMessage) => Promise<boolean> | boolean,
): Promise<void> {
  const { broker } = parts;
  const name = broker.topology.deadQueue(broker.nameOf(queue));
  // What is not acknowledged goes back, in its order, when the channel closes.
  await broker.withChannel(async (channel: Channel) => {
    for (let seen = 0; seen < MOST; seen++) {
      const message = await broker.answer(channel.get(name)).catch(noneWhereNoQueueIs);
      if (message === false) return;
      if (await visit(message)) channel.ack(message);
    }
  });
}

function noneWhereNoQueueIs(error: unknown): false {
  if (isNotFound(error)) return false;
  throw error;
}

/** Enters what lies in the dead-letter queue and is not in the ledger. @returns how many */
export async function readDeadQueue(parts: RabbitMqParts, queue: string): Promise<number> {
  let entered = 0;
  await browse(parts, queue, async (message) => {
    const read = readMessage(queue, message);
    if ('flaw' in read) return false;
    if (await enterDead(parts, read.job, errorOf(message))) entered++;
    return false;
  });
  return entered;
}

/** Drops the copies of dead letters that were retried, removed or cleared. */
export async function dropCopies(
  parts: RabbitMqParts,
  queue: string,
  jobs: readonly JobRef[],
): Promise<void> {
  const ids = new Set(jobs.map(({ id }) => id));
  await browse(parts, queue, (message) => ids.has(idOf(message) ?? ''));
}

function errorOf({ properties: { headers = {} } }: GetMessage): ErrorRecord {
  const text = (name: string): string | undefined =>
    typeof headers[name] === 'string' ? headers[name] : undefined;
  const reason = text('x-first-death-reason');
  const code = text('x-tasks-error-code');
  return {
    name: text('x-tasks-error-name') ?? 'DeadLetter',
    message:
      text('x-tasks-error') ??
      (reason === undefined
        ? 'It lay in the dead-letter queue of the broker.'
        : `The broker gave it up: ${reason}.`),
    ...(code !== undefined && { code }),
  };
}
