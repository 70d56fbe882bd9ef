import type { ModulesContainer } from '@nestjs/core';
import type { QueueOptions } from '../contract/index.js';
import { hostsOf, type ModuleHost } from './nest-internals.js';

/** Under this token a module says what it brings; the core finds it by walking the app's modules. */
export const TASK_FEATURE = Symbol('TaskFeature');

/** What one `TasksModule.forFeature()` brings beside its handlers. */
export interface TaskFeature {
  readonly queues: readonly (string | QueueOptions)[];
}

export const isFeature = (host: ModuleHost): boolean => host.providers.has(TASK_FEATURE);

/** What all features of the app bring, in the order of their import. Known as soon as the app's modules are scanned. */
export function featuresOf(modules: ModulesContainer): readonly TaskFeature[] {
  return hostsOf(modules, TASK_FEATURE).map(
    (host) => host.providers.get(TASK_FEATURE)?.instance as TaskFeature,
  );
}
