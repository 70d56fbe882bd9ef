import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, ROOT } from './nest-tasks.js';

const BINARY = join(ROOT, 'dist', 'cli', 'main.js');
/** Nothing is awaited for longer. */
const SHOWN_MS = 30_000;
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** The built command as a person has it: on a terminal, which `script` makes (part of util-linux, and of every Debian). */
export class TerminalRun {
  private shown = '';
  private readonly ended: Promise<number | null>;
  private readonly watchers = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (text) => {
      this.shown += String(text);
      for (const look of this.watchers) look();
    });
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  static async start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    size: { readonly columns: number; readonly rows: number } = { columns: 160, rows: 50 },
  ): Promise<TerminalRun> {
    await build();
    const { NO_COLOR: _, FORCE_COLOR: __, VISUAL: ___, ...own } = process.env;
    const typed = [process.execPath, BINARY, ...args].map(quoted).join(' ');
    const command = `stty columns ${size.columns} rows ${size.rows}; exec ${typed}`;
    const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
      env: { ...own, TERM: 'xterm-256color', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new TerminalRun(child);
  }

  /** All that was shown, with the sequences that move and colour. */
  get screen(): string {
    return this.shown;
  }

  /** Waits until something like that is shown, behind what was shown before this call where it is asked for anew. */
  async shows(wanted: RegExp, from = 0): Promise<void> {
    const isThere = (): boolean => wanted.test(this.shown.slice(from));
    if (isThere()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (isThere()) resolve();
      };
      this.watchers.add(look);
      setTimeout(resolve, SHOWN_MS).unref();
      void this.ended.finally(resolve);
    });
    if (!isThere()) throw new Error(`It never showed ${wanted}, but:\n${JSON.stringify(this.shown)}`);
  }

  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  /** @returns the exit code of the command */
  end(): Promise<number | null> {
    return this.ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

export const CTRL_C = '\u0003';
