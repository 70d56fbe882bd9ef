import type { Command } from 'commander';
import type { CommandKit } from '../command-run.js';

/** A command by its name, whose file is loaded when it is typed. */
export interface ListedCommand {
  readonly name: string;
  /** For the list of all commands, and above its own help. */
  readonly description: string;
  /** What gives the command its arguments, options and sub-commands. */
  readonly load: () => Promise<(command: Command, kit: CommandKit) => void>;
}

/** In the order of the help. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'worker',
    description: 'Runs jobs',
    load: async () => (await import('./worker.js')).addWorker,
  },
  {
    name: 'queues',
    description: 'Lists the queues with how many jobs are in each state; pauses one, and lets it go on',
    load: async () => (await import('./queues.js')).addQueues,
  },
  {
    name: 'jobs',
    description: 'Looks at jobs, retries and cancels them',
    load: async () => (await import('./jobs.js')).addJobs,
  },
  {
    name: 'dlq',
    description: 'Dead letters: jobs that will not be tried again without a person',
    load: async () => (await import('./dlq.js')).addDlq,
  },
  {
    name: 'schedules',
    description: 'Looks at schedules, and steers them for the whole fleet',
    load: async () => (await import('./schedules.js')).addSchedules,
  },
  {
    name: 'stats',
    description: 'Shows the queues with their sums; with --watch again and again, until Ctrl+C',
    load: async () => (await import('./stats.js')).addStats,
  },
  {
    name: 'migrate',
    description:
      'Brings the schema on PostgreSQL to what this version needs; does nothing where it is there. Several may run at once',
    load: async () => (await import('./migrate.js')).addMigrate,
  },
  {
    name: 'doctor',
    description:
      'Looks for what is wrong with the app, its brokers and its queues, and says what to do. Changes nothing',
    load: async () => (await import('./doctor.js')).addDoctor,
  },
];
