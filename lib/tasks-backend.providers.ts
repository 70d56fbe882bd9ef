import type { FactoryProvider } from '@nestjs/common';
import { BackendSet, TaskBackendRegistry } from './backends/index.js';
import type { ResolvedOptions } from './config/index.js';
import { RESOLVED_OPTIONS } from './tasks.tokens.js';

const backendRegistry: FactoryProvider<TaskBackendRegistry> = {
  provide: TaskBackendRegistry,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ backendTypes }: ResolvedOptions) => {
    const registry = new TaskBackendRegistry();
    for (const [type, factory] of Object.entries(backendTypes)) registry.register(type, factory);
    return registry;
  },
};

/** Made here, and opened by the core's lifecycle: an app that is only compiled, in a test, connects to nothing. */
const backendSet: FactoryProvider<BackendSet> = {
  provide: BackendSet,
  inject: [TaskBackendRegistry, RESOLVED_OPTIONS],
  useFactory: (registry: TaskBackendRegistry, options: ResolvedOptions) =>
    BackendSet.create(registry, options),
};

export const backendProviders: readonly FactoryProvider[] = [backendRegistry, backendSet];
