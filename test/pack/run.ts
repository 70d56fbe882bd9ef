import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number;
  /** What it printed, both streams in the order in which they came. */
  readonly output: string;
}

/** No command of these tests takes as long; one that hangs must not hang them. */
const BOUND = 180_000;

/** Runs a command in a folder as its terminal would: with nothing of what this process tells its own Node. */
function spawned(command: string, args: readonly string[], cwd: string, shell = false): Promise<Ran> {
  const { NODE_OPTIONS, VITEST, NODE_ENV, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, timeout: BOUND, killSignal: 'SIGKILL' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject).once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function spawnedWell(...call: Parameters<typeof spawned>): Promise<string> {
  const { code, output } = await spawned(...call);
  if (code !== 0) throw new Error(`${call[0]} ${call[1].join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** @param node the Node that runs it. Default: the one that runs the tests. */
export const runNode = (args: readonly string[], cwd: string, node = process.execPath): Promise<Ran> =>
  spawned(node, args, cwd);

/** @throws Error with all that npm printed, unless it ends well */
export function runNpm(args: readonly string[], cwd: string): Promise<string> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  return spawnedWell('npm', [...args, ...quiet], cwd, process.platform === 'win32');
}

/** Unpacks a tarball of npm into `package/` below the folder. */
export const unpack = (tarball: string, cwd: string): Promise<string> =>
  spawnedWell('tar', ['-xzf', tarball], cwd);
