import type { Command } from 'commander';
import type { CommandKit } from '../command-run.js';
import { EXIT } from '../exit-codes.js';
import { findJob } from '../find-job.js';
import { confirm } from '../output/confirm.js';
import { tellVerdicts, type Verdict } from '../output/verdicts.js';

interface CancelOptions {
  readonly queue?: string;
  readonly reason?: string;
  readonly yes?: true;
}

export function addJobsCancel(jobs: Command, kit: CommandKit): void {
  jobs
    .command('cancel')
    .description('Cancels jobs; a running one is told, and what depends on them is cancelled with them')
    .argument('<ids...>')
    .option('-q, --queue <name>', 'the queue that has them')
    .option('--reason <text>', 'is kept with them')
    .option('-y, --yes', 'does not ask')
    .action(
      kit.withSession<CancelOptions>(async ({ session, output, options, args: ids }) => {
        await confirm(
          output.terminal,
          `Cancel ${ids.length === 1 ? `job ${ids[0]}` : `${ids.length} jobs`}`,
          options.yes === true,
        );
        const verdicts: Verdict[] = [];
        for (const id of ids) {
          const job = await findJob(session, id, options.queue);
          const isCancelled = (await job?.cancel(options.reason)) === true;
          verdicts.push({
            id,
            verdict: job === undefined ? 'not found' : isCancelled ? 'cancelled' : `is ${job.status} already`,
          });
        }
        tellVerdicts(output, verdicts);
        return verdicts.every(({ verdict }) => verdict === 'cancelled') ? EXIT.done : EXIT.notFound;
      }),
    );
}
