import type { Command } from 'commander';
import type { Schedule } from '../../contract/index.js';
import { ScheduleNotFoundError } from '../../errors/index.js';
import { TaskScheduler } from '../../scheduling/index.js';
import type { CommandKit } from '../command-run.js';
import { refuse } from '../exit-codes.js';
import { lengthOf, momentOf } from '../output/moments.js';
import type { Column } from '../output/table.js';
import type { TasksSession } from '../session/tasks-session.js';

/** `schedules list|run|enable|disable`. */
export function addSchedules(schedules: Command, kit: CommandKit): void {
  schedules
    .command('list')
    .description('Lists the schedules: when each fires next, and what came of the last time')
    .action(
      kit.withSession(async ({ session, output }) => {
        output.list(await schedulerOf(session).list(), {
          columns: COLUMNS,
          empty: 'There is no schedule. Those of the code are there once a process of the app has started.',
        });
      }),
    );
  schedules
    .command('run')
    .description('Enqueues a job of a schedule now; its next time stays as it is. Needs --app')
    .argument('<name>')
    .action(
      kit.withSession(async ({ session, output, args: [name = ''] }) => {
        if (!session.knowsTasks) {
          refuse(
            'What a job of it is like (its queue, its retries) only the app knows.',
            'Give `--app` in the place of `--url`.',
          );
        }
        const job = await schedulerOf(session).run(name);
        output.done(job.toJSON(), `Schedule ${name} runs now, as job ${job.id}.`);
      }),
    );
  addToggle(schedules, kit, 'enable', 'Lets a schedule fire again, from its next time on');
  addToggle(schedules, kit, 'disable', 'Lets a schedule fire no more, until it is enabled');
}

function addToggle(
  schedules: Command,
  kit: CommandKit,
  verb: 'enable' | 'disable',
  description: string,
): void {
  schedules
    .command(verb)
    .description(description)
    .argument('<name>')
    .action(
      kit.withSession(async ({ session, output, args: [name = ''] }) => {
        const scheduler = schedulerOf(session);
        const isChanged = await scheduler[verb](name);
        if (!isChanged && (await scheduler.get(name)) === undefined) throw new ScheduleNotFoundError(name);
        const said = `Schedule ${name} is ${isChanged ? '' : 'already '}${verb}d.`;
        output.done({ schedule: name, enabled: verb === 'enable', changed: isChanged }, said);
      }),
    );
}

/** Its state has to be where other processes see it. */
function schedulerOf(session: TasksSession): TaskScheduler {
  session.assertSharedState();
  return session.app.get(TaskScheduler);
}

const COLUMNS: readonly Column<Schedule>[] = [
  { title: 'SCHEDULE', value: ({ name }) => name },
  { title: 'TASK', value: ({ task }) => task },
  {
    title: 'WHEN',
    value: ({ cron, timezone, every, at }) =>
      cron === undefined
        ? every === undefined
          ? at?.toISOString()
          : `every ${lengthOf(every)}`
        : `${cron} ${timezone ?? ''}`,
  },
  {
    title: 'NEXT',
    value: ({ enabled, nextRun }) => (enabled ? momentOf(nextRun) : 'disabled'),
    paint: (text, { enabled }, { yellow }) => (enabled ? text : yellow(text)),
  },
  { title: 'LAST', value: ({ lastRun }) => momentOf(lastRun?.slot) },
  { title: 'LAST JOB', value: ({ lastRun }) => lastRun?.id },
  { title: 'FROM', value: ({ source, edited }) => `${source}${edited ? ', edited' : ''}` },
];
