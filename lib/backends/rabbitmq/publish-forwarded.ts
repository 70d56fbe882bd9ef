import type { JobRecord } from '../../contract/index.js';
import type { Sending } from './broker.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { endTooLarge } from './too-large.js';

/** Publishes what has become ready in the ledger. @returns what the broker has of it, also from before */
export async function publishForwarded(
  parts: RabbitMqParts,
  jobs: readonly JobRecord[],
): Promise<JobRecord[]> {
  const { broker, loose } = parts;
  const isThere = (job: JobRecord): boolean => loose?.isUnderWay(job.queue, job.id) === true;
  const sent = jobs.filter((job) => !isThere(job));
  const sendings = sent.map((job): Sending => {
    const attempt = loose?.complete(job).attempt ?? job.attempt;
    return { job, history: { attempt, redeliveries: 0 } };
  });
  const outcomes = await broker.publish(sendings);
  const arrived = sent.filter((_, place) => outcomes[place] === 'confirmed');
  const tooLarge = sent.filter((_, place) => outcomes[place] === 'too-large');
  if (loose === undefined) {
    const left = sent.filter(
      (_, place) => outcomes[place] !== 'confirmed' && outcomes[place] !== 'too-large',
    );
    for (const job of left) parts.unsent.add(job);
  }
  await endTooLarge(parts, tooLarge);
  for (const { queue, id } of arrived) loose?.sent(queue, id);
  return [...jobs.filter(isThere), ...arrived];
}
