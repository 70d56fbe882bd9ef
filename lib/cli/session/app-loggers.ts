import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { isInstance, TaskError } from '../../errors/index.js';
import { wantsColors } from '../terminal.js';

/** Under it Nest prints, with its stack, what ends a boot; the command tells the same in two lines, with what to do. */
const ENDS_BOOT = 'ExceptionHandler';

type Printed = Parameters<ConsoleLogger['printMessages']>;

/** What the app of a command says is a remark: it must not stand between results that a program reads. */
export class StderrLogger extends ConsoleLogger {
  /** @param isTold Whether the command itself tells this, so that it is not to be printed twice */
  constructor(
    logLevels: readonly LogLevel[],
    private readonly isTold: (message: unknown) => boolean,
  ) {
    super({ logLevels: [...logLevels], colors: wantsColors(process.env, isTerminal(process.stderr)) });
  }

  protected override printMessages(...[messages, context, level, , stack]: Printed): void {
    const left = context === ENDS_BOOT ? messages.filter((message) => !this.isTold(message)) : messages;
    if (left.length > 0) super.printMessages(left, context, level, 'stderr', stack);
  }
}

/** The log of a worker, which is its app's own: of an error of ours nobody needs the stack. */
export class WorkerLogger extends ConsoleLogger {
  constructor() {
    // Nest colours what goes to a file, too.
    super({ colors: wantsColors(process.env, isTerminal(process.stdout)) });
  }

  protected override printMessages(...[messages, context, ...rest]: Printed): void {
    const left = context === ENDS_BOOT ? messages.filter((message) => !isOurs(message)) : messages;
    if (left.length > 0) super.printMessages(left, context, ...rest);
  }
}

/** Whether it says what happened and what to do, without a stack. */
export const isOurs = (error: unknown): boolean => isInstance(error, TaskError);

/** Undefined would be left to Nest. */
const isTerminal = ({ isTTY }: { readonly isTTY?: boolean }): boolean => isTTY === true;
