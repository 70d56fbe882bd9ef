import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BINARY = fileURLToPath(new URL('./dist/cli/main.js', import.meta.resolve('nestjs-tasks/package.json')));
const APP = fileURLToPath(new URL('../app.module.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  /** What it printed as JSON; on the standard error when nothing else. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** `nest-tasks`, as a shell on a machine of the shop has it. */
export class CommandLine {
  constructor(private readonly variables: Readonly<Record<string, string>>) {}

  start(...args: string[]): ChildProcess {
    const child = spawn(
      process.execPath,
      ['--disable-warning=TasksWarning', BINARY, ...args, '--app', APP, '--json'],
      { env: { ...process.env, ...this.variables }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    return child;
  }

  async run(...args: string[]): Promise<Ran> {
    const child = this.start(...args);
    let [out, err] = ['', ''];
    child.stdout?.on('data', (text) => (out += text));
    child.stderr?.on('data', (text) => (err += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const text = out.trim() === '' ? err : out;
    try {
      return { code, json: JSON.parse(text) as Ran['json'] };
    } catch {
      return { code, json: { text } };
    }
  }
}
