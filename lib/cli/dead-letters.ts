import type { Command } from 'commander';
import type { Job, Ms } from '../contract/index.js';
import type { TaskQueue } from '../queue/index.js';
import { duration, names } from './commands/option-values.js';
import { refuse } from './exit-codes.js';
import type { TasksSession } from './session/tasks-session.js';

/** Dead letters that one look takes. */
const PAGE = 500;

/** Which dead letters are meant. */
export interface DeadLetterFilter {
  readonly queue?: readonly string[];
  readonly task?: string;
  readonly error?: string;
  readonly olderThan?: Ms;
}

export const withFilters = (command: Command): Command =>
  command
    .option('-q, --queue <names>', 'on these queues alone', names)
    .option('-t, --task <name>', 'of this task alone')
    .option('-e, --error <text>', 'whose error has this name or code, or says this')
    .option(
      '--older-than <age>',
      'that failed at least this long ago, by the clock of the broker: 2h, 3d',
      duration,
    );

export const isFiltered = ({ queue, task, error, olderThan }: DeadLetterFilter): boolean =>
  [queue, task, error, olderThan].some((given) => given !== undefined);

/**
 * Ids say already which ones are meant: what chooses among all must not be passed over in silence, `--dry-run` least of all.
 *
 * @param choices Options that are not for ids, by how they are typed
 * @throws CommandError when one of them is given
 */
export function assertIdsAlone(
  choices: Readonly<Record<string, unknown>>,
  queues: readonly string[] = [],
): void {
  const given = Object.keys(choices).filter((name) => choices[name] !== undefined);
  if (given.length > 0) {
    refuse(
      `Ids are given, and ${given.join(', ')}, which ${given.length === 1 ? 'is' : 'are'} for what filters choose.`,
      'Leave out the ones or the others. Nothing was done.',
    );
  }
  if (queues.length > 1) refuse('Ids are given, and several queues.', 'Name the one that has them.');
}

/** Goes through them queue by queue, newest first, a page at a time; those that fail meanwhile are not among them. */
export async function* deadLetters(
  session: TasksSession,
  filter: DeadLetterFilter,
): AsyncGenerator<readonly [queue: TaskQueue, jobs: readonly Job[]]> {
  const { task, olderThan } = filter;
  for (const queue of session.queues(filter.queue)) {
    let cursor: string | undefined;
    do {
      const page = await queue.jobs({
        states: ['failed'],
        limit: PAGE,
        ...(task === undefined ? {} : { name: task }),
        ...(olderThan === undefined ? {} : { olderThan }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const jobs = page.items.filter((job) => hasError(job, filter.error));
      if (jobs.length > 0) yield [queue, jobs];
      ({ cursor } = page);
    } while (cursor !== undefined);
  }
}

export async function countDeadLetters(session: TasksSession, filter: DeadLetterFilter): Promise<number> {
  let count = 0;
  for await (const [, jobs] of deadLetters(session, filter)) count += jobs.length;
  return count;
}

function hasError({ lastError }: Job, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (lastError === undefined) return false;
  return lastError.name === wanted || lastError.code === wanted || lastError.message.includes(wanted);
}
