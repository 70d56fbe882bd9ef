import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { TasksModuleOptions } from './contract/index.js';
import { BUILT_IN_QUEUES } from './config/index.js';
import { backgroundProviders } from './tasks-background.providers.js';
import { backendProviders } from './tasks-backend.providers.js';
import { contextProviders } from './tasks-context.providers.js';
import { handlerProviders } from './tasks-handler.providers.js';
import { injectionProviders } from './tasks-injection.providers.js';
import type { OptionsSource } from './tasks-async.options.js';
import { optionProviders } from './tasks-option.providers.js';
import { queueProviders } from './tasks-queue.providers.js';
import { workerProviders } from './tasks-worker.providers.js';
import { GIVEN_OPTIONS } from './tasks.tokens.js';

export interface CoreSettings {
  /** Makes up queues that nobody declares instead of refusing them. */
  readonly anyQueue?: boolean;
}

/** The one module behind `TasksModule.forRoot()` that the whole app sees: options, connections, registries, tokens. */
@Module({})
export class TasksCoreModule {
  static register(source: OptionsSource, { anyQueue = false }: CoreSettings = {}): DynamicModule {
    const providers = [
      source.options,
      ...optionProviders(anyQueue),
      ...backendProviders,
      ...queueProviders(anyQueue),
      ...handlerProviders,
      ...workerProviders,
      ...backgroundProviders,
      ...contextProviders,
      ...injectionProviders(declaredIn(source)),
    ];
    return {
      module: TasksCoreModule,
      global: true,
      imports: [DiscoveryModule, ...source.imports],
      providers: [...providers, ...source.extraProviders],
      exports: [...new Set(providers.map(({ provide }) => provide))],
    };
  }
}

/** The options of `forRoot()`, which are there from the start. */
export const fixedSource = (options: TasksModuleOptions): OptionsSource => ({
  options: { provide: GIVEN_OPTIONS, useValue: options },
  imports: [],
  extraProviders: [],
});

/** The names that can be read from the options before they are checked. */
function declaredIn(source: OptionsSource): string[] {
  const options = 'useValue' in source.options ? (source.options.useValue as TasksModuleOptions | null) : {};
  const entries: unknown = [...list(options?.queues), ...list(options?.backends)];
  const names = (entries as { name?: unknown }[]).map((entry) => entry?.name);
  return [...BUILT_IN_QUEUES, ...names.filter((name) => typeof name === 'string')];
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
