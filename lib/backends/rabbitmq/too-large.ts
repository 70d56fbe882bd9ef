import type { EnqueueVerdict, ErrorRecord, JobRef } from '../../contract/index.js';
import { failNow } from './bury-message.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

const CODE = 'TASKS_PAYLOAD_TOO_LARGE';

/** What whoever enqueues is told of a job that the broker takes no message of. */
export const tooLargeFor = ({ broker }: RabbitMqParts): EnqueueVerdict => ({
  status: 'refused',
  code: CODE,
  detail: flawOf(broker.largestMessage),
});

/**
 * Makes dead letters of jobs that are kept, since others know of them, and that the broker takes no message of: they would wait for ever. One that
 * cannot be taken now, because of a limit, is tried again with the next look.
 */
export async function endTooLarge(
  { broker, ledger, warn }: RabbitMqParts,
  jobs: readonly JobRef[],
): Promise<void> {
  const message = flawOf(broker.largestMessage);
  const error: ErrorRecord = { name: 'PayloadTooLargeError', message, code: CODE };
  for (const { queue, id } of jobs) {
    if (await failNow(ledger, { queue, id }, error))
      warn(`job ${id} of queue "${queue}" became a dead letter: ${message}`);
  }
}

const flawOf = (bytes: number): string =>
  `The broker takes no message of more than ${bytes} bytes, as its \`max_message_size\` says.`;
