import { isInstance, TaskValidationError } from '../errors/index.js';
import { DequeuedJob } from './dequeued-job.js';

/**
 * A receipt means something to the backend that gave it alone: handed to another queue it could be taken for that of another job.
 * @throws TaskValidationError for what no `dequeue` of this queue gave
 */
export function assertTaken(job: unknown, queue: string): asserts job is DequeuedJob {
  if (!isInstance(job, DequeuedJob)) {
    throw new TaskValidationError(
      'Only a job in hand can be settled: pass what `dequeue` gave, not an id or another handle of the job.',
    );
  }
  if (job.queue === queue) return;
  throw new TaskValidationError(
    `Job "${job.id}" was taken from queue "${job.queue}", so queue "${queue}" cannot settle it. Call \`job.ack()\` or \`job.nack()\`, or those of its own queue.`,
  );
}
