import { type FactoryProvider, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { resolveFeatureQueues, resolveOptions, type ResolvedOptions } from './config/index.js';
import type { QueueOptions, TasksModuleOptions } from './contract/index.js';
import { TaskRegistrationError } from './errors/index.js';
import { featuresOf, hostsOf, importersOf, type TaskFeature } from './handlers/index.js';
import { TasksRunner } from './tasks.runner.js';
import { GIVEN_OPTIONS, OPTIONS_OVERLAY, type OptionsOverlay, RESOLVED_OPTIONS } from './tasks.tokens.js';

/** @param anyQueue Queues of features live on the one backend that there is, whatever they say. */
export const optionProviders = (anyQueue: boolean): FactoryProvider<ResolvedOptions>[] => [
  {
    provide: RESOLVED_OPTIONS,
    inject: [GIVEN_OPTIONS, ModulesContainer, { token: OPTIONS_OVERLAY, optional: true }],
    useFactory: (given: TasksModuleOptions, modules: ModulesContainer, overlay?: OptionsOverlay) => {
      refuseSecondRoot(modules);
      const features = featuresOf(modules).map(({ queues }) => (anyQueue ? queues.map(homeless) : queues));
      const options = withFeatures(resolveOptions(given, process.env), features);
      if (!anyQueue) for (const warning of options.warnings) new Logger('TasksModule').warn(warning);
      return overlay?.(options) ?? options;
    },
  },
];

/** The queues of all features, each checked against what the options and the features before it declare. */
function withFeatures(options: ResolvedOptions, features: readonly TaskFeature['queues'][]): ResolvedOptions {
  return features.reduce<ResolvedOptions>((all, queues) => {
    const known = new Set(all.queues.map(({ name }) => name));
    const added = resolveFeatureQueues(queues, all).filter(({ name }) => !known.has(name));
    return { ...all, queues: [...all.queues, ...added] };
  }, options);
}

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
