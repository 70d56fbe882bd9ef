import type { ValidationIssue } from '../errors/index.js';
import { toSegment, toVariable } from './environment/variable-name.js';
import { didYouMean } from './nearest-name.js';
import type { ResolvedOptions } from './resolved-options.js';

/**
 * Queues that only variables add, that nothing of this process uses, and whose name is nearly that of another queue: a typo has given a queue that
 * nobody fills, and left the one that was meant without its setting.
 *
 * @param isUsed Whether a task, a class or a schedule of this process names the queue.
 */
export function doubtfulQueues(
  { addedQueues, queues, worker }: Pick<ResolvedOptions, 'addedQueues' | 'queues' | 'worker'>,
  isUsed: (queue: string) => boolean,
): ValidationIssue[] {
  const others = queues.map(({ name }) => name).filter((name) => !addedQueues.includes(name));
  return addedQueues
    .filter((name) => !isUsed(name) && worker.queues?.includes(name) !== true)
    .flatMap((name) => {
      const nearest = didYouMean(name, others);
      const message = `adds the queue "${name}", which nothing of this process uses.${nearest}`;
      return nearest === '' ? [] : [{ path: toVariable(['QUEUES', toSegment(name)]), message }];
    });
}
