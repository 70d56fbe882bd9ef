import type { INestApplicationContext, LoggerService, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { backendType } from '../../config/index.js';
import type { OptionsOverlay } from '../../module/index.js';
import { TasksModule } from '../../tasks.module.js';
import { CliHostModule } from './cli-host.module.js';
import { type AppModule, loadApp } from './load-app.js';
import { StderrLogger } from './app-loggers.js';
import type { Target } from './target.js';

/** Only what goes wrong: the rest is for the app's own log. */
export const ALL_LEVELS: readonly LogLevel[] = ['log', 'warn', 'error', 'fatal', 'debug', 'verbose'];
const QUIET_LEVELS: readonly LogLevel[] = ['error', 'fatal'];

export interface BootOptions {
  readonly overlay: OptionsOverlay;
  /** With all that the app has to say, on stderr. Default: only what goes wrong. */
  readonly isVerbose?: boolean;
  /** Where the app writes its log, in the place of stderr. */
  readonly logger?: LoggerService;
}

/** Starts the app, or one of our own around an address, as Nest starts an application without HTTP: nothing listens. */
export async function boot(
  target: Target,
  { overlay, isVerbose = false, logger }: BootOptions,
): Promise<INestApplicationContext> {
  const module = await moduleOf(target);
  return NestFactory.createApplicationContext(CliHostModule.around(module, overlay), {
    logger: logger ?? new StderrLogger(isVerbose ? ALL_LEVELS : QUIET_LEVELS, () => !isVerbose),
    abortOnError: false,
  });
}

function moduleOf(target: Target): AppModule | Promise<AppModule> {
  if (target.kind === 'app') return loadApp(target.file, target.exported);
  if (target.kind === 'environment') return TasksModule.forRoot({});
  const { url, options, ledger } = target;
  if (ledger === undefined) return TasksModule.forRoot({ env: {}, backend: { url, options } });
  const kept = { name: backendType(ledger), ...ledger, primary: true };
  const moved = { name: backendType({ url }), url, options, state: 'primary' };
  return TasksModule.forRoot({ env: {}, backends: [kept, moved] });
}
