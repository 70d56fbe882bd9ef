import { pathToFileURL } from 'node:url';
import type { DynamicModule, Type } from '@nestjs/common';
import { refuse } from '../exit-codes.js';
import { fileOfClass } from './module-file.js';
import { readTypeScript } from './read-typescript.js';
import { StartingGuard } from './starting-guard.js';

/** A root module, as Nest takes it. */
export type AppModule = Type | DynamicModule;

const MODULE_METADATA: readonly string[] = ['imports', 'providers', 'controllers', 'exports'];

/**
 * The root module that a file exports: under the given name, by default, as `AppModule`, or as the only module there is. A function is called, and gives
 * one. TypeScript is compiled on the way, with the app's own compiler.
 *
 * @throws CommandError for a file that exports no module, or several, or starts the app itself, which it is kept from; what the file itself
 * throws, as it is
 */
export async function loadApp(file: string, exported?: string): Promise<AppModule> {
  if (/\.[cm]?tsx?$/.test(file)) readTypeScript(file);
  const guard = new StartingGuard();
  const starts = guard.start.then((root) => refuseStarter(file, root));
  const module = await Promise.race([moduleIn(file, exported), starts]);
  // Not after a refusal: what the file has set going would still find its way to Nest.
  guard.release();
  return module;
}

async function moduleIn(file: string, exported: string | undefined): Promise<AppModule> {
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const found = exported === undefined ? only(file, flat(loaded)) : flat(loaded)[exported];
  if (found === undefined)
    refuse(
      `${file} exports no ${exported}.`,
      `It exports ${Object.keys(flat(loaded)).join(', ') || 'nothing'}.`,
    );
  const given: unknown =
    isModule(found) || typeof found !== 'function' ? found : await (found as () => unknown)();
  if (!isModule(given)) refuse(`${exported ?? 'What'} ${file} exports is no Nest module.`, HOW);
  return given;
}

function refuseStarter(file: string, root: unknown): never {
  const { name } = (isDynamic(root) ? root.module : root) as { readonly name?: string };
  const better = name === undefined ? undefined : fileOfClass(file, name, process.cwd());
  refuse(
    `${file} starts the app itself, and was kept from it: it would listen, and run jobs.`,
    better === undefined ? HOW : `Give the file of its root module: \`--app ${better}\`.`,
  );
}

const HOW =
  'Name the file of the root module, which exports a class with `@Module()`, a dynamic module, or a function that gives one. A file that starts the app itself (main.ts) is not it.';

/** A CommonJS module has its exports in `default`, too. */
function flat(loaded: Record<string, unknown>): Record<string, unknown> {
  const { default: given, 'module.exports': _, ...named } = loaded;
  const inner = typeof given === 'object' && given !== null && !isModule(given) ? given : undefined;
  return {
    ...(inner as Record<string, unknown> | undefined),
    ...named,
    ...(inner === undefined && given !== undefined && { default: given }),
  };
}

function only(file: string, exports: Record<string, unknown>): unknown {
  const { default: standard, AppModule: named } = exports;
  if (standard !== undefined) return standard;
  if (named !== undefined) return named;
  const modules = Object.entries(exports).filter(([, value]) => isModule(value));
  if (modules.length > 1) {
    const names = modules.map(([name]) => name);
    refuse(
      `${file} exports several modules: ${names.join(', ')}.`,
      `Say which one: \`--app ${file}#${names[0]}\`.`,
    );
  }
  return modules[0]?.[1] ?? refuse(`${file} exports no Nest module.`, HOW);
}

function isModule(value: unknown): value is AppModule {
  if (typeof value === 'function') return MODULE_METADATA.some((key) => Reflect.hasMetadata(key, value));
  return isDynamic(value);
}

function isDynamic(value: unknown): value is DynamicModule {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { module?: unknown }).module === 'function'
  );
}
