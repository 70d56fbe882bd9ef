import type { NewJob } from '../../contract/index.js';
import { jobWords } from './job-words.js';
import { packId } from './packed-id.js';
import type { QueueParts } from './queue-parts.js';
import type { RedisArgument } from './redis-session.js';

/** A job as scripts take it: queue, id, envelope, number of words, words in pairs. */
export function jobArguments(
  { keys, envelopes }: Pick<QueueParts, 'keys' | 'envelopes'>,
  job: NewJob,
): RedisArgument[] {
  const words = jobWords(job, keys);
  return [keys.onServer(job.queue), packId(job.id), envelopes.write(job), words.length, ...words];
}
