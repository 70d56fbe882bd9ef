import { readFileSync } from 'node:fs';
import { COMMANDS } from './commands/index.js';
import { CommandKit } from './command-run.js';
import type { ExitCode } from './exit-codes.js';
import { tellError } from './output/tell-error.js';
import { makeProgram, readWords, wantedBy } from './program.js';
import { targetOf } from './session/target.js';
import { Terminal } from './terminal.js';

/** Carries out one command line. Never rejects. @returns what the process is to end with */
export async function runCli(args: readonly string[], terminal = new Terminal()): Promise<ExitCode> {
  const isJson = args.includes('--json');
  const kit = new CommandKit(terminal, process.env, process.cwd(), isJson);
  try {
    if (!(await runAppCommand(args, kit))) {
      const program = await makeProgram(kit, ownVersion(), wantedBy(readWords(kit, ownVersion(), args)));
      await program.parseAsync(args, { from: 'user' });
    }
    return kit.exitCode;
  } catch (error) {
    return tellError(terminal, error, { isJson, isVerbose: args.includes('--verbose') });
  }
}

/**
 * A command that is none of ours may be one that the app brings; so may be what the help of an app that is named is to list.
 * @returns whether it was
 */
async function runAppCommand(args: readonly string[], kit: CommandKit): Promise<boolean> {
  const words = readWords(kit, ownVersion(), args);
  const { operands, unknown, options } = words;
  const [name = 'help'] = operands;
  const wantsHelp = name === 'help' && operands.length < 2;
  const isOurs = COMMANDS.some((command) => command.name === wantedBy(words));
  if (isOurs || (wantsHelp && options.app === undefined) || unknown.includes('--version')) return false;
  if (options.url !== undefined) return false;
  let target;
  try {
    target = targetOf(options, kit.env, kit.folder);
  } catch (error) {
    if (options.app !== undefined) throw error;
    return false;
  }
  if (target.kind !== 'app') return false;
  const [{ openSession }, { addAppCommands }] = await Promise.all([
    import('./session/open-session.js'),
    import('./app-commands.js'),
  ]);
  const session = await openSession(target, options.verbose === true);
  try {
    const whole = await makeProgram(kit, ownVersion());
    addAppCommands(whole, kit, session);
    await whole.parseAsync(args, { from: 'user' });
    return true;
  } finally {
    await session.close();
  }
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
