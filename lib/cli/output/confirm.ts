import { Interruption, refuse } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';

/**
 * Asks before something that cannot be taken back.
 * @param what As the question, without its question mark.
 * @throws CommandError when nobody is there to be asked, or the answer is no
 */
export async function confirm(terminal: Terminal, what: string, isSaidYes: boolean): Promise<void> {
  if (isSaidYes) return;
  if (!terminal.canAsk) {
    refuse(
      `${what}? That is not done without being confirmed.`,
      'Call it again with --yes. Nothing was done.',
    );
  }
  let answer: string;
  try {
    answer = await terminal.ask(`${what}? [y/N] `);
  } catch {
    throw new Interruption();
  }
  if (!/^y(es)?$/i.test(answer.trim())) refuse('Not confirmed.', 'Nothing was done.');
}
