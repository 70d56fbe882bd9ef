import { type FactoryProvider, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { checkTaskQueues, resolveOptions, type ResolvedOptions } from './config/index.js';
import type { QueueOptions, TasksModuleOptions } from './contract/index.js';
import { notedQueues } from './decorators/index.js';
import { TaskRegistrationError } from './errors/index.js';
import { featuresOf, HandlerRegistry, hostsOf, importersOf } from './handlers/index.js';
import { BootCheck } from './tasks-boot.check.js';
import { TasksRunner } from './tasks.runner.js';
import { GIVEN_OPTIONS, OPTIONS_OVERLAY, type OptionsOverlay, RESOLVED_OPTIONS } from './tasks.tokens.js';

/** @param anyQueue Queues of features live on the one backend that there is, whatever they say. */
export const optionProviders = (anyQueue: boolean): FactoryProvider[] => [
  {
    provide: RESOLVED_OPTIONS,
    inject: [GIVEN_OPTIONS, ModulesContainer, { token: OPTIONS_OVERLAY, optional: true }],
    useFactory: (given: TasksModuleOptions, modules: ModulesContainer, overlay?: OptionsOverlay) => {
      refuseSecondRoot(modules);
      const features = featuresOf(modules).map(({ queues }) => (anyQueue ? queues.map(homeless) : queues));
      const options = resolveOptions(given, {
        processEnv: anyQueue ? {} : process.env,
        features,
        queueNames: [...notedQueues(), ...features.flat().map(nameOf)].filter((name) => name !== undefined),
      });
      if (!anyQueue) checkTaskQueues(options);
      if (!anyQueue) for (const warning of options.warnings) new Logger('TasksModule').warn(warning);
      return overlay?.(options) ?? options;
    },
  },
  {
    provide: BootCheck,
    inject: [RESOLVED_OPTIONS, HandlerRegistry],
    useFactory: (options: ResolvedOptions, handlers: HandlerRegistry): Pick<BootCheck, 'run'> =>
      // A part of an app has not all of its tasks.
      anyQueue ? { run: () => undefined } : new BootCheck(options, handlers, new Logger('TasksModule')),
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
    `TasksModule.forRoot() is imported ${roots.length} times, by ${[...new Set(importers)].join(' and ')}. Import it once, in the root module, and forFeature() elsewhere.`,
  );
}
