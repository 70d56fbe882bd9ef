import { type FactoryProvider, Logger } from '@nestjs/common';
import { BackendSet, disabledBackend, TaskBackendRegistry } from '../backends/index.js';
import type { ResolvedOptions } from '../config/index.js';
import { RESOLVED_OPTIONS } from './tokens.js';

const backendRegistry: FactoryProvider<TaskBackendRegistry> = {
  provide: TaskBackendRegistry,
  inject: [RESOLVED_OPTIONS],
  useFactory: ({ backendTypes }: ResolvedOptions) => {
    const registry = new TaskBackendRegistry();
    for (const [type, factory] of Object.entries(backendTypes)) registry.register(type, factory);
    return registry;
  },
};

/** Where nothing runs, no driver is loaded and no address has to be there. */
const disabledRegistry: Pick<TaskBackendRegistry, 'create'> = {
  create: () => Promise.resolve(disabledBackend()),
};

/** Made here, and opened by the core's lifecycle: an app that is only compiled, in a test, connects to nothing. */
const backendSet: FactoryProvider<BackendSet> = {
  provide: BackendSet,
  inject: [TaskBackendRegistry, RESOLVED_OPTIONS],
  useFactory: (registry: TaskBackendRegistry, options: ResolvedOptions) =>
    BackendSet.create(options.enabled ? registry : disabledRegistry, {
      ...options,
      logger: new Logger('TasksModule'),
    }),
};

export const backendProviders: readonly FactoryProvider[] = [backendRegistry, backendSet];
