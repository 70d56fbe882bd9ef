import type { Command } from 'commander';
import type { Job, JobState, Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { refuse } from '../exit-codes.js';
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
    .description('Lists jobs, queue by queue, the newest of each state first')
    .option('-q, --queue <names>', 'on these queues alone', names)
    .option('-s, --state <states>', 'in these states alone: pending,running,…', states)
    .option('-t, --task <name>', 'of this task alone')
    .option('--older-than <age>', 'that finished at least this long ago: 2h, 3d', duration)
    .option('--oldest', 'the oldest first')
    .option('-n, --limit <count>', 'at most so many of each queue', pageSize, 20)
    .option('--cursor <cursor>', 'goes on from the page before; with one --queue')
    .action(
      kit.withSession<ListOptions>(async ({ session, output, options }) => {
        const { queue, state, task, olderThan, oldest, limit, cursor } = options;
        const queues = session.queues(queue);
        if (cursor !== undefined && queues.length !== 1) refuse('--cursor needs one --queue.');
        const query = {
          order: oldest === true ? ('oldest' as const) : ('newest' as const),
          ...(state === undefined ? {} : { states: state }),
          ...(task === undefined ? {} : { name: task }),
          ...(olderThan === undefined ? {} : { olderThan }),
        };
        const found: Job[] = [];
        const cursors: Record<string, string> = {};
        for (const lane of queues) {
          let left = limit;
          let page = cursor;
          do {
            const { items, cursor: next } = await lane.jobs({
              ...query,
              limit: left,
              ...(page === undefined ? {} : { cursor: page }),
            });
            found.push(...items);
            left -= items.length;
            page = next;
          } while (page !== undefined && left > 0);
          if (page !== undefined) cursors[lane.name] = page;
        }
        const [only] = queues.length === 1 ? Object.values(cursors) : [];
        output.list(found, {
          columns: JOB_COLUMNS,
          empty: 'No job is like that.',
          json: (job) => job.toJSON(),
          more: { cursors },
          note: only === undefined ? moreOf(Object.keys(cursors)) : `There are more: --cursor ${only}`,
        });
      }),
    );
}

const moreOf = (queues: readonly string[]): string | undefined =>
  queues.length === 0
    ? undefined
    : `There are more on ${queues.join(', ')}: raise --limit, or name one --queue and go on with its cursor.`;
