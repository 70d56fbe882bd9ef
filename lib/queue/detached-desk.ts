import { systemClock, type Payload } from '../contract/index.js';
import { jsonCodec } from '../codecs/index.js';
import { UnsupportedOperationError } from '../errors/index.js';
import type { JobDesk } from './job-desk.js';

function refuse(operation: string): Promise<never> {
  return Promise.reject(
    new UnsupportedOperationError(
      `${operation} a job that was made from plain data`,
      'none',
      'Get the job from its queue first: `queue.get(job.id)`.',
    ),
  );
}

/** Behind a handle that was made from plain data: it knows of no queue. */
export const detachedDesk: Pick<JobDesk, 'decode' | 'read' | 'result' | 'cancel' | 'clock'> = {
  clock: systemClock,
  decode: (_codec: string, payload: Payload | undefined) => jsonCodec.decode(payload),
  read: () => refuse('refresh'),
  result: () => refuse('wait for'),
  cancel: () => refuse('cancel'),
};
