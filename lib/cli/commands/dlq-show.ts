import type { Command } from 'commander';
import { JobNotFoundError } from '../../errors/index.js';
import type { CommandKit } from '../command-run.js';
import { findJob } from '../find-job.js';
import { jobPairs } from '../job-rows.js';

export function addDlqShow(dlq: Command, kit: CommandKit): void {
  dlq
    .command('show')
    .description('Shows everything of a dead letter: its payload, its error, what was noted with it')
    .argument('<id>')
    .option('-q, --queue <name>', 'the queue that has it, where ids of your own are on several')
    .action(
      kit.withSession<{ queue?: string }>(async ({ session, output, options, args: [id = ''] }) => {
        const job = await findJob(session, id, options.queue);
        const record = job?.status === 'failed' ? await session.deadLetters.get(id, job.queue) : undefined;
        if (record === undefined) throw new JobNotFoundError(id);
        const notes =
          Object.keys(record.metadata).length === 0
            ? undefined
            : JSON.stringify(record.metadata, undefined, 2);
        output.details(record.toJSON(), [...jobPairs(record.job), ['notes', notes]]);
      }),
    );
}
