import { v7 } from 'uuid';
import {
  ENVELOPE_VERSION,
  type ErrorRecord,
  type JobRef,
  type NewJob,
  Priority,
  type QueueBackend,
} from '../../contract/index.js';
import type { Delivery } from './delivery.js';
import type { MessageJob } from './message.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/** Long enough for the two calls that make a dead letter. */
const LEASE = 30_000;
const WORKER = 'rabbitmq-intake';

/** Makes a dead letter of a message that can be no job, with the reason; its bytes are kept as they came. */
export async function buryMessage(
  parts: RabbitMqParts,
  delivery: Delivery,
  flaw: string,
  code = 'TASKS_VALIDATION',
): Promise<void> {
  const { message, queue, id } = delivery;
  const { type } = message.properties as { type?: unknown };
  const job: MessageJob = {
    queue,
    id: id ?? v7(),
    name: typeof type === 'string' && type !== '' ? type.slice(0, 128) : 'malformed-message',
    payload: message.content,
    codec: 'json',
    version: ENVELOPE_VERSION,
    priority: Priority.NORMAL,
    maxRetries: 0,
  };
  const error: ErrorRecord = {
    name: 'TaskValidationError',
    message: `The message cannot be run: ${flaw}.`,
    code,
  };
  parts.warn(`a message of queue "${queue}" became a dead letter: ${flaw}`);
  await enterDead(parts.ledger, job, error);
  await parts.broker.bury(job, { attempt: 0, redeliveries: 0 }, error, parts.keepDead(queue));
  delivery.ack();
}

/** Enters a job in the ledger as a dead letter. @returns whether it was not there */
export async function enterDead(ledger: QueueBackend, job: MessageJob, error: ErrorRecord): Promise<boolean> {
  const entry: NewJob = { ...job, external: true, repeat: true };
  const [verdict] = await ledger.enqueue([entry]);
  return verdict?.status === 'created' && (await failNow(ledger, job, error));
}

/** Makes a dead letter of a job that waits in the ledger. @returns whether it could be taken for that */
export async function failNow(
  ledger: QueueBackend,
  { queue, id }: JobRef,
  error: ErrorRecord,
): Promise<boolean> {
  const take = [{ queue, limit: 1, ids: [id] }];
  const { jobs } = await ledger.claim({ worker: WORKER, lease: LEASE, take });
  const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'failed', error } as const }));
  await ledger.claim({ worker: WORKER, lease: LEASE, take: [], settle });
  return settle.length > 0;
}
