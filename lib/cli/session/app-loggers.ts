import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { isInstance, TaskError } from '../../errors/index.js';

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
    super({ logLevels: [...logLevels] });
  }

  protected override printMessages(...[messages, context, level, , stack]: Printed): void {
    const left = context === ENDS_BOOT ? messages.filter((message) => !this.isTold(message)) : messages;
    if (left.length > 0) super.printMessages(left, context, level, 'stderr', stack);
  }
}

/** The log of a worker, which is its app's own: of an error of ours nobody needs the stack. */
export class WorkerLogger extends ConsoleLogger {
  protected override printMessages(...[messages, context, ...rest]: Printed): void {
    const left = context === ENDS_BOOT ? messages.filter((message) => !isOurs(message)) : messages;
    if (left.length > 0) super.printMessages(left, context, ...rest);
  }
}

/** Whether it says what happened and what to do, without a stack. */
export const isOurs = (error: unknown): boolean => isInstance(error, TaskError);
