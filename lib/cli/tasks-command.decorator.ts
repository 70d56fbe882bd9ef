import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { Output } from './output/output.js';

/** What a command of the app is called, and what it takes. */
export interface TasksCommandOptions {
  /** As it is typed: letters, digits and `-`, such as `reindex`. */
  readonly name: string;
  /** One line for the help. */
  readonly description: string;
  /** Arguments in their order: `<index>`, `[since]`, and `<files...>` as the last. Default: none. */
  readonly arguments?: readonly string[] | undefined;
  /** Options: what is typed, and a line for the help. Default: none. */
  readonly options?: readonly (readonly [flags: string, description: string])[] | undefined;
}

/** What a command of the app is run with. */
export interface TasksCommandRun {
  readonly args: readonly string[];
  /** By their long names in camel case: `--dry-run` is `dryRun`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Prints as the other commands do: tables for people, JSON with `--json`. */
  readonly output: Pick<Output, 'list' | 'details' | 'done' | 'remark' | 'isJson'>;
}

/** A command of the app: a provider with injection, whose class has `@TasksCommand()`. */
export interface TasksCommandHandler {
  /** @returns the exit code; nothing for 0. What it throws is told as an error of any other command is */
  run(run: TasksCommandRun): number | void | Promise<number | void>;
}

export const COMMAND_METADATA = 'tasks:command';

/**
 * Makes a provider a command of `nest-tasks`, there whenever `--app` names the app. It runs in the app as other commands have it: everything can be
 * injected, and no worker has started.
 *
 * @example
 * @TasksCommand({ name: 'resend', description: 'Sends the invoices of a day again', arguments: ['<day>'] })
 * export class ResendCommand implements TasksCommandHandler {
 *   constructor(@InjectTasks(InvoiceTasks) private readonly invoices: TaskClient<InvoiceTasks>) {}
 *   async run({ args: [day = ''], output }: TasksCommandRun) {
 *     const job = await this.invoices.sendAll.delay({ day });
 *     output.done({ id: job.id }, `Enqueued as ${job.id}.`);
 *   }
 * }
 */
export function TasksCommand(options: TasksCommandOptions): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(COMMAND_METADATA, options, target);
    Injectable()(target);
  };
}
