import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a subject measured, by name. */
export type Figures = Readonly<Record<string, number>>;

/** One thing that is measured; run in a process of its own. */
export type Subject = (jobs: number, ...args: string[]) => Promise<Figures>;

/** The servers of the benchmarks save nothing, which the library warns of. */
const NODE_ARGUMENTS = ['--expose-gc', '--disable-warning=TasksWarning'];

/** Longest that one subject may take. */
const TIME_BOUND = 180_000;

/** Runs a subject in a fresh process: its name, and after blanks its arguments. @throws when it fails, its delivery is not exact, or its time is over */
export function runSubject(name: string, jobs: number, node = process.execPath): Promise<Figures> {
  const [file = '', ...args] = name.split(' ');
  const script = fileURLToPath(new URL('./subject.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...NODE_ARGUMENTS, script, file, String(jobs), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: TIME_BOUND,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) => {
      const line = output.trim().split('\n').at(-1);
      if (code === 0 && line !== undefined && line !== '') resolve(JSON.parse(line) as Figures);
      else reject(new Error(`Subject ${name} ended with code ${code ?? 'none'}.`));
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Runs subjects in turn, round after round, so that a drifting machine meets all alike; medians by subject and figure. */
export async function rounds(
  count: number,
  jobs: number,
  subjects: Readonly<Record<string, string>>,
  node?: string,
): Promise<Record<string, (figure: string) => number>> {
  const runs = new Map<string, Figures[]>(Object.keys(subjects).map((key) => [key, []]));
  for (let round = 0; round < count; round++) {
    for (const [key, subject] of Object.entries(subjects)) {
      runs.get(key)?.push(await runSubject(subject, jobs, node));
    }
  }
  return Object.fromEntries(
    [...runs].map(([key, figures]) => [
      key,
      (figure: string) => median(figures.map((one) => one[figure] ?? Number.NaN)),
    ]),
  );
}
