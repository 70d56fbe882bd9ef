import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BINARY = join(ROOT, 'dist', 'cli', 'main.js');

export interface CliRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Arguments of node itself. */
  readonly node?: readonly string[];
}

let built: Promise<void> | undefined;

/** Builds what is tested, unless it is there. */
export function build(): Promise<void> {
  return (built ??= new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { stdio: 'inherit' });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error('lib/ does not compile.'))));
  }));
}

/** Starts the built command, as a shell would, without a terminal. */
export async function startNestTasks(
  args: readonly string[],
  options: CliOptions = {},
): Promise<ChildProcess> {
  await build();
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const child = spawn(process.execPath, [...(options.node ?? []), BINARY, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...env, ...options.env },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return child;
}

let warm: Promise<ChildProcess> | undefined;
let serial = 0;

async function startWarm(): Promise<ChildProcess> {
  await build();
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const child = fork(fileURLToPath(new URL('./warm-process.mjs', import.meta.url)), { env });
  child.setMaxListeners(0);
  child.once('exit', () => (warm = undefined));
  return child;
}

/**
 * Carries out a command line of the built command in a process that tests share: for all that does not depend on how a process begins and
 * ends. No app is loaded in it, since what an app is made of is read once. It ends with the process of the tests and not with the file that
 * was first, since a process of tests has several files and loads this module once: its hooks would be those of the first.
 */
export async function warmNestTasks(
  args: readonly string[],
  { env = {}, cwd = ROOT }: Pick<CliOptions, 'env' | 'cwd'> = {},
): Promise<CliRun> {
  const child = await (warm ??= startWarm());
  const id = ++serial;
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`The shared process ended with ${code}.`));
    const onMessage = (message: unknown): void => {
      const answer = message as { id: number; run: CliRun };
      if (answer.id !== id) return;
      child.off('message', onMessage).off('exit', onExit);
      resolve(answer.run);
    };
    child.on('message', onMessage).once('exit', onExit);
    child.send({ id, command: { args, env, cwd } }, (error) => void (error && reject(error)));
  });
}

/** Runs the built command to its end. */
export async function nestTasks(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return ended(await startNestTasks(args, options));
}

export function ended(child: ChildProcess): Promise<CliRun> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (text) => (out += text));
  child.stderr?.on('data', (text) => (err += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** What a command printed with `--json`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is the test's word for what was printed
export const jsonOf = <T>({ out }: CliRun): T => JSON.parse(out) as T;
