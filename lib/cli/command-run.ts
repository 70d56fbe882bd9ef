import type { Command } from 'commander';
import type { Output } from './output/output.js';
import { targetOf, type TargetOptions } from './session/target.js';
import type { TasksSession } from './session/tasks-session.js';
import type { ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** Options that every command takes. */
export interface GlobalOptions extends TargetOptions {
  readonly json?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** What a command is run with. */
export interface CommandRun<O> {
  readonly output: Output;
  readonly options: O & GlobalOptions;
  readonly args: readonly string[];
}

/** What all commands of one process share. */
export class CommandKit {
  private code: ExitCode = 0;

  constructor(
    readonly terminal: Terminal,
    readonly env: NodeJS.ProcessEnv,
    readonly folder: string,
    /** Whether what is wrong with the words is told as JSON, too: known before they are read. */
    readonly isJson = false,
  ) {}

  /** What the process ends with. */
  get exitCode(): ExitCode {
    return this.code;
  }

  /** An action of commander. It gives the exit code where that is not 0. */
  action<O>(step: (run: CommandRun<O>) => Promise<ExitCode | void>): (...given: unknown[]) => Promise<void> {
    return async (...given) => {
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<O & GlobalOptions>();
      const args = command.args;
      const { Output } = await import('./output/output.js');
      const output = new Output(this.terminal, options.json === true);
      this.code = (await step({ output, options, args })) ?? 0;
    };
  }

  /** The same with the tasks at hand, which are let go of in the end. */
  withSession<O>(
    step: (run: CommandRun<O> & { readonly session: TasksSession }) => Promise<ExitCode | void>,
  ): (...given: unknown[]) => Promise<void> {
    return this.action<O>(async (run) => {
      const target = targetOf(run.options, this.env, this.folder);
      const { openSession } = await import('./session/open-session.js');
      const session = await openSession(target, run.options.verbose === true);
      try {
        return await step({ ...run, session });
      } finally {
        await session.close();
      }
    });
  }
}
