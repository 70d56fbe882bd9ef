import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { isInstance, TaskError } from '../../errors/index.js';
import { EXIT, type ExitCode, exitCodeOf, Interruption } from '../exit-codes.js';
import { SEE_HELP } from '../program.js';
import type { Terminal } from '../terminal.js';

export interface ErrorView {
  readonly isJson: boolean;
  /** With its stack and causes. */
  readonly isVerbose: boolean;
}

/** Says what went wrong and what to do: on stderr, so that results stay clean. @returns what to end with */
export async function tellError(
  terminal: Terminal,
  error: unknown,
  { isJson, isVerbose }: ErrorView,
): Promise<ExitCode> {
  if (error instanceof CommanderError) return tellWrongWords(terminal, error, isJson);
  const exitCode = exitCodeOf(error);
  if (isInstance(error, Interruption)) {
    terminal.tell('Interrupted.');
    return exitCode;
  }
  // Only here: it brings the backends along.
  const { hideSecrets } = await import('./hide-secrets.js');
  const { code, message, remedy } = shown(error, hideSecrets);
  if (isJson) terminal.tell(JSON.stringify({ error: { code, message, remedy, exitCode } }));
  else {
    const { colors } = terminal;
    terminal.tell(`${colors.red('Error')}${code === undefined ? '' : ` ${colors.dim(code)}`} ${message}`);
    if (remedy !== undefined) terminal.tell(`${colors.green('What to do:')} ${remedy}`);
  }
  if (isVerbose) terminal.tell(hideSecrets(inspect(error)));
  return exitCode;
}

function shown(
  error: unknown,
  hideSecrets: (text: string) => string,
): { code?: string; message: string; remedy?: string } {
  if (isInstance(error, TaskError)) {
    return { code: error.code, message: hideSecrets(error.message), remedy: error.remedy };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: hideSecrets(message),
    remedy: 'See the same with `--verbose`, which prints where it comes from.',
  };
}

/** To people it has been printed already, as the help was that stands in the place of a missing command; help and version are no errors. */
function tellWrongWords(
  terminal: Terminal,
  { code, exitCode, message }: CommanderError,
  isJson: boolean,
): ExitCode {
  if (exitCode === 0) return EXIT.done;
  if (isJson) {
    const said = code === 'commander.help' ? 'a command is missing' : message.replace(/^error: /, '');
    const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1).replaceAll(/\s+/g, ' ')}`;
    const error = { code: 'TASKS_COMMAND', message: sentence, remedy: SEE_HELP, exitCode: EXIT.usage };
    terminal.tell(JSON.stringify({ error }));
  }
  return EXIT.usage;
}
