import type { INestApplicationContext } from '@nestjs/common';
import type { ResolvedOptions } from '../../config/index.js';
import { boot } from './boot.js';
import type { Target } from './target.js';

/** An app that was started only to be asked: its tasks are switched off, and no broker of theirs was called. */
export interface AskedApp {
  readonly app: INestApplicationContext;
  readonly options: ResolvedOptions;
}

/** Starts the app with its tasks switched off; what it is configured with is known then. @throws what the app throws while it boots */
export async function askApp(target: Target, isVerbose: boolean): Promise<AskedApp> {
  let seen: ResolvedOptions | undefined;
  const app = await boot(target, {
    isVerbose,
    overlay: (options) => {
      seen = options;
      return { ...options, enabled: false };
    },
  });
  return { app, options: seen as ResolvedOptions };
}

/** The configuration alone. */
export async function readOptions(target: Target, isVerbose: boolean): Promise<ResolvedOptions> {
  const { app, options } = await askApp(target, isVerbose);
  await app.close();
  return options;
}
