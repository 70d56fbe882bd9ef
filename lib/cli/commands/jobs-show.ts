import type { Command } from 'commander';
import { JobNotFoundError } from '../../errors/index.js';
import type { CommandKit } from '../command-run.js';
import { jobPairs } from '../job-rows.js';
import { findJob } from '../find-job.js';

export function addJobsShow(jobs: Command, kit: CommandKit): void {
  jobs
    .command('show')
    .description('Shows everything of a job: payload, result, error and its stack')
    .argument('<id>')
    .option('-q, --queue <name>', 'the queue that has it, where ids of your own are on several')
    .action(
      kit.withSession<{ queue?: string }>(async ({ session, output, options, args: [id = ''] }) => {
        const job = await findJob(session, id, options.queue);
        if (job === undefined) throw new JobNotFoundError(id);
        output.details(job.toJSON(), jobPairs(job));
      }),
    );
}
