import type { Command } from 'commander';
import { JOB_STATES } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { NO_QUEUES, QUEUE_COLUMNS, readQueues } from '../queue-rows.js';
import { names } from './option-values.js';

/** `queues`, and how one is paused. */
export function addQueues(queues: Command, kit: CommandKit): void {
  queues.option('-q, --queue <names>', 'these alone, with commas between them', names).action(
    kit.withSession<{ queue?: readonly string[] }>(async ({ session, output, options }) => {
      const rows = await readQueues(session.queues(options.queue));
      const hidden = options.queue === undefined ? session.hiddenQueues() : [];
      output.list(rows, {
        columns: QUEUE_COLUMNS,
        empty: NO_QUEUES,
        more: { states: JOB_STATES, hidden: hidden.map(({ name }) => name) },
        note:
          hidden.length === 0
            ? undefined
            : `Not shown, since their jobs are in the memory of the process that runs them: ${hidden.map(({ name }) => name).join(', ')}`,
      });
    }),
  );
  queues
    .command('pause')
    .description('Hands out no job of a queue, to any process, until it is resumed; what runs goes on')
    .argument('<queue>')
    .action(
      kit.withSession(async ({ session, output, args: [name = ''] }) => {
        await session.queue(name).pause();
        output.done({ queue: name, paused: true }, `Queue ${name} is paused.`);
      }),
    );
  queues
    .command('resume')
    .description('Lets a paused queue go on')
    .argument('<queue>')
    .action(
      kit.withSession(async ({ session, output, args: [name = ''] }) => {
        await session.queue(name).resume();
        output.done({ queue: name, paused: false }, `Queue ${name} goes on.`);
      }),
    );
}
