import { PassThrough } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import { CommandKit, type CommandRun } from '../../../lib/cli/command-run.js';
import type { ExitCode } from '../../../lib/cli/exit-codes.js';
import { tellError } from '../../../lib/cli/output/tell-error.js';
import { makeProgram, readWords, wantedBy } from '../../../lib/cli/program.js';
import { TasksSession } from '../../../lib/cli/session/tasks-session.js';
import { Terminal } from '../../../lib/cli/terminal.js';
import { DeadLetterQueue, QueueRegistry, TaskManager } from '../../../lib/queue/index.js';
import { QueueStage, type StageOptions } from '../queue/queue-stage.js';

/** A stream that keeps what is written to it, and says that it is a terminal where a test wants one. */
export class Paper extends PassThrough {
  private readonly written: string[] = [];
  readonly isTTY: boolean;
  readonly rows = 50;

  constructor(
    isTTY = false,
    readonly columns = 200,
  ) {
    super();
    this.isTTY = isTTY;
    this.on('data', (chunk: Buffer) => void this.written.push(chunk.toString()));
  }

  /** Everything that was written, chunk by chunk. */
  get chunks(): readonly string[] {
    return this.written;
  }

  get text(): string {
    return this.written.join('');
  }
}

/** What a person would have at hand. */
export interface Person {
  /** Sits at a terminal. Default: no, as in a pipeline. */
  readonly isThere?: boolean;
  /** What they type when they are asked. */
  readonly answers?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Of a line of their terminal. Default: 200. */
  readonly columns?: number;
}

export interface Said {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** A terminal on paper, with an answer typed in before it is asked for. */
export function terminalOf({ isThere = false, answers, env = {}, columns = 200 }: Person = {}) {
  const [out, err] = [new Paper(isThere, columns), new Paper(isThere, columns)];
  const input = Object.assign(new PassThrough(), { isTTY: isThere });
  if (answers !== undefined) input.write(`${answers}\n`);
  return { terminal: new Terminal(out, err, input, env), out, err };
}

class BenchKit extends CommandKit {
  constructor(
    terminal: Terminal,
    env: NodeJS.ProcessEnv,
    isJson: boolean,
    private readonly session: TasksSession,
  ) {
    super(terminal, env, '/nowhere', isJson);
  }

  override withSession<O>(
    step: (run: CommandRun<O> & { readonly session: TasksSession }) => Promise<ExitCode | void>,
  ): (...given: unknown[]) => Promise<void> {
    return this.action<O>((run) => step({ ...run, session: this.session }));
  }
}

/** A line is cut at its spaces; words that hold some are given apart. */
const wordsOf = (line: string | readonly string[]): readonly string[] =>
  typeof line === 'string' ? line.split(' ') : line;

/** Command lines on queues in memory that say of themselves that other processes see them: no process, no broker, no boot of an app. */
export class CommandBench {
  private constructor(
    readonly stage: QueueStage,
    readonly session: TasksSession,
  ) {}

  static async open({
    knowsTasks = false,
    providers = new Map<unknown, unknown>(),
    ...options
  }: StageOptions & {
    readonly knowsTasks?: boolean;
    /** What the app has beside its queues, by its token. */
    readonly providers?: ReadonlyMap<unknown, unknown>;
  } = {}): Promise<CommandBench> {
    const stage = await QueueStage.open({ capabilities: { records: 'fleet' }, ...options });
    const { queues, manager, deadLetters } = stage.side;
    const held = new Map<unknown, unknown>([
      [TaskManager, manager],
      [DeadLetterQueue, deadLetters],
      [QueueRegistry, queues],
      ...providers,
    ]);
    const app = { get: (token: unknown) => held.get(token) } as unknown as INestApplicationContext;
    return new CommandBench(stage, new TasksSession(app, knowsTasks, queues.names()));
  }

  /** Leaves a dead letter of a task, a millisecond after the one before. @returns its id */
  async leaveDead(name: string, message = 'boom', queue = 'default'): Promise<string> {
    const { id } = await this.stage.side.queues.get(queue).enqueue(name, { for: name });
    await this.stage.fail(message, queue);
    await this.stage.clock.advance(1);
    return id;
  }

  /** Types a command line. What it throws is told as the process tells it. */
  async type(line: string | readonly string[], person: Person = {}): Promise<Said> {
    const { terminal, out, err } = terminalOf(person);
    const args = wordsOf(line);
    const isJson = args.includes('--json');
    const kit = new BenchKit(terminal, person.env ?? {}, isJson, this.session);
    const ends = async (): Promise<ExitCode> => {
      try {
        const wanted = wantedBy(readWords(kit, '1.2.3', args));
        await quiet(await makeProgram(kit, '1.2.3', wanted)).parseAsync(args, { from: 'user' });
        return kit.exitCode;
      } catch (error) {
        return await tellError(terminal, error, {
          isJson,
          isVerbose: args.includes('--verbose'),
        });
      }
    };
    return { code: await ends(), out: out.text, err: err.text };
  }

  /** The same as a program asks for it. */
  async json<T>(line: string, person?: Person): Promise<T> {
    const { out } = await this.type(`${line} --json`, person);
    return JSON.parse(out) as T;
  }
}

/** Words of a sub-command are refused as the process refuses them: by throwing. */
function quiet(program: Command): Command {
  const all = (command: Command): void => {
    command.exitOverride();
    command.commands.forEach(all);
  };
  all(program);
  return program;
}

/** The lines of a table, cut into their cells. */
export const cellsOf = (table: string): string[][] =>
  table
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
