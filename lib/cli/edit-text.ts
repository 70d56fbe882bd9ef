import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuse } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/**
 * Lets a person change a text in their editor (`VISUAL`, `EDITOR`, else `vi`).
 * @throws CommandError where there is no terminal, the editor fails, or nothing was changed
 */
export function editText(terminal: Terminal, before: string, env: NodeJS.ProcessEnv): string {
  const [command = 'vi', ...args] = (env['VISUAL'] ?? env['EDITOR'] ?? 'vi').split(' ');
  if (!terminal.canAsk)
    refuse('There is no terminal to edit in.', 'Give the payload with --payload or --payload-file.');
  const folder = mkdtempSync(join(tmpdir(), 'nest-tasks-'));
  const file = join(folder, 'payload.json');
  try {
    writeFileSync(file, `${before}\n`, { mode: 0o600 });
    const { status, error } = spawnSync(command, [...args, file], { stdio: 'inherit' });
    if (status !== 0)
      refuse(
        `The editor "${command}" failed${error === undefined ? '' : `: ${error.message}`}.`,
        'Set EDITOR, or give --payload.',
      );
    const after = readFileSync(file, 'utf8');
    if (after.trim() === before.trim()) refuse('Nothing was changed.', 'Retry it as it is with `dlq retry`.');
    return after;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
