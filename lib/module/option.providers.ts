import { type FactoryProvider, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BUILT_IN_BACKENDS } from '../backends/index.js';
import { resolveOptions, type ResolvedOptions } from '../config/index.js';
import type { QueueOptions, TasksModuleOptions } from '../contract/index.js';
import { notedQueues } from '../decorators/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { TaskEvents } from '../events/index.js';
import {
  featuresOf,
  HandlerRegistry,
  hostsOf,
  importersOf,
  InjectedTokens,
  ListenerExplorer,
} from '../handlers/index.js';
import { QueueSide } from '../queue/index.js';
import { type AppCheck, BootCheck, NO_PROBLEMS } from './boot-check.js';
import { TasksRunner } from './runner.js';
import { GIVEN_OPTIONS, OPTIONS_OVERLAY, type OptionsOverlay, RESOLVED_OPTIONS } from './tokens.js';

/** @param anyQueue Queues of features live on the one backend that there is, whatever they say. */
export const optionProviders = (anyQueue: boolean): FactoryProvider[] => [
  {
    provide: RESOLVED_OPTIONS,
    inject: [GIVEN_OPTIONS, ModulesContainer, { token: OPTIONS_OVERLAY, optional: true }],
    useFactory: (given: TasksModuleOptions, modules: ModulesContainer, overlay?: OptionsOverlay) => {
      refuseSecondRoot(modules);
      const features = featuresOf(modules).map(({ queues, importer }) => ({
        queues: anyQueue ? queues.map(homeless) : queues,
        importer,
      }));
      const options = resolveOptions(given, {
        processEnv: anyQueue ? {} : process.env,
        features,
        isPart: anyQueue,
        // A stub has no broker.
        ...(anyQueue ? {} : { backendFactories: BUILT_IN_BACKENDS }),
        queueNames: [...notedQueues(), ...features.flatMap(({ queues }) => queues.map(nameOf))].filter(
          (name) => name !== undefined,
        ),
      });
      if (!anyQueue) for (const warning of options.warnings) new Logger('TasksModule').warn(warning);
      return overlay?.(options) ?? options;
    },
  },
  {
    provide: BootCheck,
    inject: [
      RESOLVED_OPTIONS,
      HandlerRegistry,
      ListenerExplorer,
      InjectedTokens,
      QueueSide,
      ModulesContainer,
      TaskEvents,
    ],
    useFactory: (
      options: ResolvedOptions,
      handlers: HandlerRegistry,
      listeners: ListenerExplorer,
      injected: InjectedTokens,
      side: QueueSide,
      modules: ModulesContainer,
      events: TaskEvents,
    ): AppCheck =>
      // A part of an app has not all of its tasks.
      anyQueue
        ? { ...NO_PROBLEMS, run: () => events.judge(() => undefined) }
        : new BootCheck({
            options,
            handlers,
            listeners,
            events,
            injected,
            side,
            features: featuresOf(modules),
            logger: new Logger('TasksModule'),
          }),
  },
];

const nameOf = (queue: string | QueueOptions): string => (typeof queue === 'string' ? queue : queue?.name);

const homeless = (queue: string | QueueOptions): string | QueueOptions =>
  typeof queue === 'string' ? queue : { ...queue, backend: undefined };

function refuseSecondRoot(modules: ModulesContainer): void {
  const roots = hostsOf(modules, TasksRunner);
  if (roots.length < 2) return;
  const importers = roots.flatMap((root) => importersOf(modules, root)).map(({ metatype }) => metatype.name);
  throw new TaskRegistrationError(
    `TasksModule.forRoot() or stub() is imported ${roots.length} times, by ${[...new Set(importers)].join(' and ')}. Import one of them once, in the root module, and forFeature() elsewhere.`,
    {
      remedy:
        'Import `TasksModule.forRoot()` in the root module alone, and `TasksModule.forFeature()` in the others; in a test either the module that has `forRoot()` or `stub()`.',
    },
  );
}
