import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Ms } from '../../contract/index.js';
import { JobNotFoundError } from '../../errors/index.js';
import type { CommandKit } from '../command-run.js';
import { refuse } from '../exit-codes.js';
import { findJob } from '../find-job.js';
import { editText } from '../edit-text.js';
import { confirm } from '../output/confirm.js';
import { duration } from './option-values.js';

interface EditOptions {
  readonly queue?: string;
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly delay?: Ms;
  readonly yes?: true;
}

export function addDlqEdit(dlq: Command, kit: CommandKit): void {
  dlq
    .command('edit')
    .description(
      'Corrects the payload of a dead letter, and retries it. Without --payload it opens $EDITOR. The schema of its task checks it, where --app is given',
    )
    .argument('<id>')
    .option('-q, --queue <name>', 'the queue that has it')
    .option('-p, --payload <json>', 'the whole payload, as JSON')
    .option('-f, --payload-file <file>', 'the same from a file; - for what is piped in')
    .option('--delay <time>', 'due again after this long', duration)
    .option('-y, --yes', 'does not ask')
    .action(
      kit.withSession<EditOptions>(async ({ session, output, options, args: [id = ''] }) => {
        const job = await findJob(session, id, options.queue);
        if (job?.status !== 'failed') throw new JobNotFoundError(id);
        const before = JSON.stringify(job.toJSON().payload, undefined, 2) ?? '';
        const payload = parse(givenBy(options) ?? editText(output.terminal, before, kit.env));
        await confirm(
          output.terminal,
          `Replace the payload of ${job.name} ${id} and retry it`,
          options.yes === true,
        );
        const retried = await session.deadLetters.retry(id, {
          queue: job.queue,
          payload,
          delay: options.delay,
        });
        if (retried === null) throw new JobNotFoundError(id);
        if (!session.knowsTasks) output.remark('No app is given, so no schema has checked the payload.');
        output.done(retried.toJSON(), `${job.name} ${id} is ${retried.status} with its new payload.`);
      }),
    );
}

function givenBy({ payload, payloadFile }: EditOptions): string | undefined {
  if (payload !== undefined && payloadFile !== undefined)
    refuse('--payload and --payload-file are both given.');
  if (payloadFile === undefined) return payload;
  try {
    return readFileSync(payloadFile === '-' ? 0 : payloadFile, 'utf8');
  } catch (error) {
    return refuse(`${payloadFile} cannot be read: ${(error as Error).message}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(
      `The payload is no JSON: ${(error as Error).message}.`,
      'A text is JSON with its quotes: --payload \'"text"\'. Nothing was done.',
    );
  }
}
