import { createInterface } from 'node:readline/promises';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** What of a stream is looked at. */
interface Stream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Where a command prints and asks: results to `out`, all that is meant for people alone to `err`. */
export class Terminal {
  readonly colors: Colors;

  constructor(
    readonly out: Stream = process.stdout,
    readonly err: Stream = process.stderr,
    private readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean } = process.stdin,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.colors = picocolors.createColors(wantsColors(env, out.isTTY === true));
  }

  /** Whether what is printed can be drawn over. A pseudo-terminal that nobody gave a size is 0 by 0: all would be drawn outside of it. */
  get isLive(): boolean {
    const { isTTY, columns, rows } = this.out;
    return isTTY === true && columns !== 0 && rows !== 0;
  }

  /** Whether somebody is there who could answer. */
  get canAsk(): boolean {
    return this.input.isTTY === true && this.err.isTTY === true;
  }

  /** Characters of a line. */
  get width(): number {
    return this.out.columns || 120;
  }

  /** Lines that can be seen at once. */
  get height(): number {
    return this.out.rows || 50;
  }

  /** A result, a line or several. */
  print(text: string): void {
    this.out.write(`${text}\n`);
  }

  /** A remark. */
  tell(text: string): void {
    this.err.write(`${text}\n`);
  }

  async ask(question: string): Promise<string> {
    const prompt = createInterface({ input: this.input, output: this.err });
    try {
      return await prompt.question(question);
    } finally {
      prompt.close();
    }
  }
}

/** As https://no-color.org and Node itself have it. */
export function wantsColors(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}
