import type { EndedJob } from '../../contract/index.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/** Jobs that became dead letters inside the ledger (nobody was heard of again, a parent failed): the broker gets its copy of them as well. */
export async function buryEnded(parts: RabbitMqParts, ended: readonly EndedJob[] = []): Promise<void> {
  const { ledger, broker, keepDead, warn } = parts;
  const dead = ended.filter(({ error }) => error !== undefined);
  if (dead.length === 0) return;
  for (const record of await ledger.get(dead)) {
    if (record?.error === undefined || record.state !== 'failed') continue;
    const { queue, id, attempt, error } = record;
    const history = { attempt, redeliveries: 0 };
    const outcome = await broker
      .bury(record, history, error, keepDead(queue))
      .catch(() => 'not-sent' as const);
    if (outcome !== 'confirmed') warn(`the copy of dead letter ${id} did not reach the broker (${outcome})`);
  }
}
