import type { Command } from 'commander';
import type { JobState, Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { jobPage } from '../job-pages.js';
import { JOB_COLUMNS } from '../job-rows.js';
import { duration, names, pageSize, states } from './option-values.js';

interface ListOptions {
  readonly queue?: readonly string[];
  readonly state?: readonly JobState[];
  readonly task?: string;
  readonly olderThan?: Ms;
  readonly oldest?: true;
  readonly limit: number;
  readonly cursor?: string;
}

export function addJobsList(jobs: Command, kit: CommandKit): void {
  jobs
    .command('list')
    .description('Lists jobs of all queues, the newest of each state first')
    .option('-q, --queue <names>', 'on these queues alone', names)
    .option('-s, --state <states>', 'in these states alone: pending,running,…', states)
    .option('-t, --task <name>', 'of this task alone')
    .option('--older-than <age>', 'that finished at least this long ago: 2h, 3d', duration)
    .option('--oldest', 'the oldest first')
    .option('-n, --limit <count>', 'at most so many in all', pageSize, 20)
    .option('--cursor <cursor>', 'goes on from the page before, with the same options')
    .action(
      kit.withSession<ListOptions>(async ({ session, output, options }) => {
        const { queue, state, task, olderThan, oldest, limit, cursor } = options;
        const query = {
          order: oldest === true ? ('oldest' as const) : ('newest' as const),
          ...(state === undefined ? {} : { states: state }),
          ...(task === undefined ? {} : { name: task }),
          ...(olderThan === undefined ? {} : { olderThan }),
        };
        const page = await jobPage(session.queues(queue), query, limit, cursor);
        output.list(page.jobs, {
          columns: JOB_COLUMNS,
          empty: 'No job is like that.',
          json: (job) => job.toJSON(),
          more: { cursor: page.cursor ?? null },
          note: page.cursor === undefined ? undefined : `There are more: --cursor ${page.cursor}`,
        });
      }),
    );
}
