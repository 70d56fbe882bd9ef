import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { TasksModuleOptions } from './contract/index.js';
import { BUILT_IN_QUEUES } from './config/index.js';
import {
  backendProviders,
  backgroundProviders,
  contextProviders,
  GIVEN_OPTIONS,
  handlerProviders,
  injectionProviders,
  optionProviders,
  type OptionsSource,
  queueProviders,
  schedulingProviders,
  workerProviders,
} from './module/index.js';

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
      ...schedulingProviders,
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
