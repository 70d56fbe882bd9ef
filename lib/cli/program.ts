import { Command } from 'commander';
import type { CommandKit, GlobalOptions } from './command-run.js';
import { COMMANDS } from './commands/index.js';

const EXAMPLES = `
Where the tasks are (the first that is given):
  --url redis://host:6379         an address; or postgres://user@host/database
  --url amqp://host --ledger redis://host:6379
                                  RabbitMQ, and what keeps its jobs
  --app src/app.module.ts         the app, with its configuration, tasks and schemas
  NEST_TASKS_APP, or "nest-tasks": { "app": "…" } in package.json
  TASKS__BACKEND__URL             as the app itself reads it

Examples:
  nest-tasks doctor --app src/app.module.ts
  nest-tasks worker start --app dist/app.module.js --queues default,urgent --concurrent 20
  nest-tasks queues --url redis://localhost
  nest-tasks jobs list --state failed,retrying --task send-email
  nest-tasks dlq retry --task send-email --rate 10/s
  nest-tasks queues --json | jq '.items[] | select(.counts.failed > 0)'`;

/** A command line, as far as it can be read before any command is made. */
export interface Words {
  readonly operands: readonly string[];
  /** From the first option on that is of a single command, or of none. */
  readonly unknown: readonly string[];
  readonly options: GlobalOptions;
}

/**
 * Everything that can be typed. Of all commands only the one that is wanted is made: to load what the others need takes longer than most of them run.
 *
 * @param wanted Name of the command, as it was typed; the others stand in the help, and no more.
 */
export async function makeProgram(kit: CommandKit, version: string, wanted?: string): Promise<Command> {
  const program = emptyProgram(kit, version);
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description);
    if (name === wanted) (await load())(command, kit);
  }
  return program;
}

/** Reads it by the options that every command takes. */
export function readWords(kit: CommandKit, version: string, args: readonly string[]): Words {
  const program = emptyProgram(kit, version);
  const { operands, unknown } = program.parseOptions([...args]);
  return { operands, unknown, options: program.opts<GlobalOptions>() };
}

/** The command that is to be carried out, or whose help is wanted. */
export const wantedBy = ({ operands: [first, second] }: Words): string | undefined =>
  first === 'help' ? second : first;

/** Where to read on, of a command line that cannot be carried out. */
export const SEE_HELP = 'See `nest-tasks help`, and `nest-tasks <command> --help`.';

function emptyProgram({ terminal, isJson }: CommandKit, version: string): Command {
  return new Command('nest-tasks')
    .description('Runs the background tasks of a NestJS app, and looks after their queues')
    .version(version, '-V, --version', 'prints the version')
    .helpOption('-h, --help', 'says what a command does')
    .helpCommand('help [command]', 'says what a command does')
    .option(
      '-a, --app <file>',
      'file of the root module, in TypeScript or JavaScript; file#Name for one of several',
    )
    .option('-u, --url <url>', 'address of the broker')
    .option(
      '--prefix <prefix>',
      'with --url of Redis or RabbitMQ: what keys or queues begin with (default: tasks)',
    )
    .option('--schema <name>', 'with --url of PostgreSQL: where the tables are (default: tasks)')
    .option('--ledger <url>', 'with --url of RabbitMQ: address of what keeps its jobs')
    .option('--ledger-prefix <prefix>', 'with --ledger of Redis: what keys begin with (default: tasks)')
    .option('--json', 'prints JSON')
    .option('--verbose', 'prints the log of the app, and where errors come from')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      // What is thrown beside it is told as JSON then, and a program could read neither of two.
      writeErr: (text) => void (isJson || terminal.err.write(text)),
      outputError: (text, write) =>
        write(
          text.replace(
            /^error: (.)/,
            (_, first: string) => `${terminal.colors.red('Error')} ${first.toUpperCase()}`,
          ),
        ),
    })
    .showSuggestionAfterError()
    .showHelpAfterError(SEE_HELP)
    .addHelpText('after', EXAMPLES)
    .exitOverride();
}
