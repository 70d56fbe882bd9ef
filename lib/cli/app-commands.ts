import { DiscoveryService } from '@nestjs/core';
import type { Command } from 'commander';
import { TaskRegistrationError } from '../errors/index.js';
import type { CommandKit } from './command-run.js';
import type { ExitCode } from './exit-codes.js';
import type { TasksSession } from './session/tasks-session.js';
import {
  COMMAND_METADATA,
  type TasksCommandHandler,
  type TasksCommandOptions,
} from './tasks-command.decorator.js';

/** Adds what the app brings. @throws TaskRegistrationError for a name that is taken, and a class that cannot be run */
export function addAppCommands(program: Command, kit: CommandKit, { app }: TasksSession): void {
  for (const { instance, metatype } of app.get(DiscoveryService).getProviders()) {
    const told =
      typeof metatype === 'function'
        ? (Reflect.getMetadata(COMMAND_METADATA, metatype) as TasksCommandOptions | undefined)
        : undefined;
    if (told === undefined) continue;
    const title = `@TasksCommand() on ${(metatype as { name: string }).name}`;
    const handler = instance as TasksCommandHandler | undefined;
    if (typeof handler?.run !== 'function')
      throw new TaskRegistrationError(`${title}: the class has no method run().`);
    if (!/^[a-z][a-z0-9-]*$/.test(told.name))
      throw new TaskRegistrationError(`${title}: "${told.name}" cannot be the name of a command.`);
    if (program.commands.some((command) => command.name() === told.name)) {
      throw new TaskRegistrationError(`${title}: there is a command "${told.name}" already.`);
    }
    const command = program.command(told.name).description(`${told.description} (of the app)`);
    for (const argument of told.arguments ?? []) command.argument(argument);
    for (const [flags, description] of told.options ?? []) command.option(flags, description);
    command.action(
      kit.action<Record<string, unknown>>(async ({ args, options, output }) => {
        const code = await handler.run({ args, options, output });
        return (code ?? 0) as ExitCode;
      }),
    );
  }
}
