import type { Command } from 'commander';
import type { CommandKit } from '../command-run.js';
import {
  assertIdsAlone,
  countDeadLetters,
  type DeadLetterFilter,
  deadLetters,
  isFiltered,
  withFilters,
} from '../dead-letters.js';
import { EXIT, type ExitCode, refuse } from '../exit-codes.js';
import { findJob } from '../find-job.js';
import { counted } from '../output/counted.js';
import { confirm } from '../output/confirm.js';
import type { Output } from '../output/output.js';
import { tellVerdicts, type Verdict } from '../output/verdicts.js';
import type { TasksSession } from '../session/tasks-session.js';

interface PurgeOptions extends DeadLetterFilter {
  readonly all?: true;
  readonly yes?: true;
}

export function addDlqPurge(dlq: Command, kit: CommandKit): void {
  withFilters(
    dlq
      .command('purge')
      .description('Forgets dead letters for good: those that are named, those that filters choose, or all')
      .argument('[ids...]'),
  )
    .option('--all', 'every one that the filters choose')
    .option('-y, --yes', 'does not ask')
    .action(
      kit.withSession<PurgeOptions>(async ({ session, output, options, args }) => {
        if (args.length > 0) return purgeByIds(session, output, args, options);
        if (options.all !== true && !isFiltered(options)) {
          refuse(
            'Nothing says which dead letters.',
            'Give ids, a filter such as --task or --older-than, or --all.',
          );
        }
        const count = await countDeadLetters(session, options);
        if (count > 0)
          await confirm(
            output.terminal,
            `Forget ${counted(count, 'dead letter')} for good`,
            options.yes === true,
          );
        let purged = 0;
        for await (const [queue, jobs] of deadLetters(session, options)) {
          purged += await queue.backend.remove(jobs.map(({ id }) => ({ queue: queue.name, id })));
        }
        output.done({ purged }, `${counted(purged, 'dead letter')} forgotten.`);
        return EXIT.done;
      }),
    );
}

async function purgeByIds(
  session: TasksSession,
  output: Output,
  ids: readonly string[],
  { queue, yes, all, task, error, olderThan }: PurgeOptions,
): Promise<ExitCode> {
  assertIdsAlone({ '--all': all, '--task': task, '--error': error, '--older-than': olderThan }, queue);
  await confirm(
    output.terminal,
    `Forget ${ids.length === 1 ? `dead letter ${ids[0]}` : counted(ids.length, 'dead letter')} for good`,
    yes === true,
  );
  const verdicts: Verdict[] = [];
  for (const id of ids) {
    const job = await findJob(session, id, queue?.[0]);
    const isPurged = job?.status === 'failed' && (await session.deadLetters.purge(id, job.queue));
    verdicts.push({ id, verdict: isPurged ? 'forgotten' : 'not found' });
  }
  tellVerdicts(output, verdicts);
  return verdicts.every(({ verdict }) => verdict === 'forgotten') ? EXIT.done : EXIT.notFound;
}
