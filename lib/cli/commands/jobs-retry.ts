import type { Command } from 'commander';
import type { Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { findJob } from '../find-job.js';
import type { Output } from '../output/output.js';
import { tellVerdicts, type Verdict } from '../output/verdicts.js';
import type { TasksSession } from '../session/tasks-session.js';
import { duration } from './option-values.js';

interface RetryOptions {
  readonly queue?: string;
  readonly delay?: Ms;
}

export function addJobsRetry(jobs: Command, kit: CommandKit): void {
  jobs
    .command('retry')
    .description('Puts failed jobs back, with all their attempts; `dlq retry` does it by filters')
    .argument('<ids...>')
    .option('-q, --queue <name>', 'the queue that has them')
    .option('--delay <time>', 'due again after this long', duration)
    .action(
      kit.withSession<RetryOptions>(({ session, output, options, args }) =>
        retryByIds(session, output, args, options),
      ),
    );
}

/** One by one, by their ids; each says what became of it. */
export async function retryByIds(
  session: TasksSession,
  output: Output,
  ids: readonly string[],
  { queue, delay }: RetryOptions,
): Promise<ExitCode> {
  const verdicts: Verdict[] = [];
  for (const id of ids) {
    const job = await findJob(session, id, queue);
    const isRetried =
      job?.status === 'failed' && (await session.deadLetters.retry(id, { queue: job.queue, delay })) !== null;
    verdicts.push({
      id,
      verdict:
        job === undefined ? 'not found' : isRetried ? 'retried' : `is ${job.status}, and no dead letter`,
    });
  }
  tellVerdicts(output, verdicts);
  return verdicts.every(({ verdict }) => verdict === 'retried') ? EXIT.done : EXIT.notFound;
}
