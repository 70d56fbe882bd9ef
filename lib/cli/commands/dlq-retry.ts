import type { Command } from 'commander';
import type { Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import {
  assertIdsAlone,
  countDeadLetters,
  type DeadLetterFilter,
  isFiltered,
  withFilters,
} from '../dead-letters.js';
import { EXIT, refuse } from '../exit-codes.js';
import { counted } from '../output/counted.js';
import { replay } from '../replay.js';
import { retryByIds } from './jobs-retry.js';
import { duration, rate, whole } from './option-values.js';

interface RetryOptions extends DeadLetterFilter {
  readonly all?: true;
  readonly rate?: Ms;
  readonly limit?: number;
  readonly delay?: Ms;
  readonly dryRun?: true;
}

export function addDlqRetry(dlq: Command, kit: CommandKit): void {
  withFilters(
    dlq
      .command('retry')
      .description(
        'Puts dead letters back, with all their attempts: those that are named, those that filters choose, or all',
      )
      .argument('[ids...]'),
  )
    .option('--all', 'every one that the filters choose')
    .option(
      '-r, --rate <rate>',
      'no faster than this, so that what they need is not overrun: 10/s, 300/m',
      rate,
    )
    .option('-n, --limit <count>', 'at most so many', whole)
    .option('--delay <time>', 'each is due again after this long', duration)
    .option('--dry-run', 'only says how many')
    .action(
      kit.withSession<RetryOptions>(async ({ session, output, options, args }) => {
        const { queue, delay, limit = Infinity } = options;
        if (args.length > 0) {
          assertIdsAlone(choicesOf(options), queue);
          return retryByIds(session, output, args, {
            ...(queue?.[0] === undefined ? {} : { queue: queue[0] }),
            ...(delay === undefined ? {} : { delay }),
          });
        }
        if (options.all !== true && !isFiltered(options)) {
          refuse(
            'Nothing says which dead letters.',
            'Give ids, a filter such as --task or --error, or --all.',
          );
        }
        const total = Math.min(limit, await countDeadLetters(session, options));
        if (options.dryRun === true) {
          output.done({ wouldRetry: total }, `${counted(total, 'dead letter')} would be retried.`);
          return EXIT.done;
        }
        const { retried, isInterrupted } = await replay(session, options, {
          pause: options.rate ?? 0,
          limit,
          delay,
          total,
          output,
        });
        output.done(
          { retried, total, interrupted: isInterrupted },
          `${retried} of ${counted(total, 'dead letter')} retried.`,
        );
        return isInterrupted ? EXIT.interrupted : EXIT.done;
      }),
    );
}

const choicesOf = ({ all, task, error, olderThan, rate: pace, limit, dryRun }: RetryOptions) => ({
  '--all': all,
  '--task': task,
  '--error': error,
  '--older-than': olderThan,
  '--rate': pace,
  '--limit': limit,
  '--dry-run': dryRun,
});
