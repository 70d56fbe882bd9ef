import type { Command } from 'commander';
import type { Job } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { type DeadLetterFilter, deadLetters, withFilters } from '../dead-letters.js';
import { JOB_COLUMNS } from '../job-rows.js';
import { listSize } from './option-values.js';

export function addDlqList(dlq: Command, kit: CommandKit): void {
  withFilters(
    dlq.command('list').description('Lists dead letters, newest first, and counts them by task and error'),
  )
    .option('-n, --limit <count>', 'shows at most so many; all are counted', listSize, 20)
    .action(
      kit.withSession<DeadLetterFilter & { limit: number }>(async ({ session, output, options }) => {
        const found: Job[] = [];
        const groups = new Map<string, DeadLetterGroup>();
        let total = 0;
        for await (const [, jobs] of deadLetters(session, options)) {
          total += jobs.length;
          for (const job of jobs) count(groups, job);
          found.push(...jobs);
          if (found.length > options.limit) latest(found, options.limit);
        }
        latest(found, options.limit);
        const byKind = [...groups.values()].toSorted((a, b) => b.count - a.count);
        output.list(found, {
          columns: JOB_COLUMNS.filter(({ title }) => title !== 'STATE'),
          empty: 'There is no dead letter like that.',
          json: (job) => job.toJSON(),
          more: { total, groups: byKind },
          note: [
            total > found.length ? `${found.length} of ${total} are shown.` : '',
            ...byKind.slice(0, 5).map(({ task, error, count: of }) => `${of} of ${task} with ${error}`),
          ]
            .filter((line) => line !== '')
            .join('\n'),
        });
      }),
    );
}

interface DeadLetterGroup {
  readonly task: string;
  readonly error: string;
  count: number;
}

function count(groups: Map<string, DeadLetterGroup>, { name, lastError }: Job): void {
  const error = lastError?.name ?? 'Error';
  const key = JSON.stringify([name, error]);
  const group = groups.get(key) ?? { task: name, error, count: 0 };
  group.count += 1;
  groups.set(key, group);
}

/** Keeps the newest of them, in order. */
function latest(jobs: Job[], limit: number): void {
  jobs.sort((a, b) => Number(b.completedAt ?? b.createdAt) - Number(a.completedAt ?? a.createdAt));
  jobs.length = Math.min(jobs.length, limit);
}
