import type { NewJob } from '../../contract/index.js';
import { refusal, type Refused } from '../refusals.js';

/** On a cluster two queues lie in two slots, and a job is registered with one of another queue in several steps: too many for a batch that is all or nothing. */
export function slotRefusal({ queue, dependsOn }: NewJob): Refused | undefined {
  const elsewhere = dependsOn?.jobs.find((parent) => parent.queue !== queue);
  if (elsewhere === undefined) return undefined;
  return refusal(
    'TASKS_UNSUPPORTED',
    `on a cluster a job of an atomic batch cannot depend on one of another queue (${elsewhere.queue}): enqueue it without \`atomic\``,
  );
}
