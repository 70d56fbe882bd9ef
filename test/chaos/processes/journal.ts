import { openSync, readFileSync, writeSync } from 'node:fs';

/**
 * What a process writes down. `try`: is about to enqueue. `ok`: it was accepted. `unknown`, `refused`: it was not, or nobody knows.
 * `start`, `effect`, `end`: of a run. `verdict`: the backend has taken note of its outcome. `lost`: its lease is gone.
 */
export type LineKind = 'try' | 'ok' | 'unknown' | 'refused' | 'start' | 'effect' | 'end' | 'verdict' | 'lost';

export interface Line {
  readonly kind: LineKind;
  /** Microseconds of the machine's monotonic clock: the same for all processes, whatever their wall clocks say. */
  readonly at: number;
  /** Of producers: `<producer>/<number>`. */
  readonly call: string;
  readonly id: string;
  readonly attempt: number;
  readonly fence: string;
  /** The delay of a call that is made, the key of an accepted one, the idempotency key of a run, the outcome of a verdict, the code of a refusal. */
  readonly note: string;
}

/** Appends to a file, a line a word. Each is with the kernel before the next step is taken, so it outlives a killed process. */
export class Journal {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  write(kind: LineKind, line: Partial<Omit<Line, 'kind' | 'at'>>): void {
    const { call = '', id = '', attempt = 0, fence = '', note = '' } = line;
    const at = process.hrtime.bigint() / 1_000n;
    writeSync(this.file, `${[kind, at, call, id, attempt, fence, note].join('\t')}\n`);
  }
}

/** A last line that was cut short by a kill is left out. */
export function readJournal(path: string): Line[] {
  const text = readFileSync(path, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map(parseLine);
}

function parseLine(text: string): Line {
  const [kind, at, call = '', id = '', attempt, fence = '', note = ''] = text.split('\t');
  return { kind: kind as LineKind, at: Number(at), call, id, attempt: Number(attempt), fence, note };
}
