import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { QueueOptions } from '../contract/index.js';
import { hostsOf, importersOf, type ModuleHost } from './nest-internals.js';

/** Under this token a module says what it brings; the core finds it by walking the app's modules. */
export const TASK_FEATURE = Symbol('TaskFeature');

/** What one `TasksModule.forFeature()` brings. */
export interface TaskFeature {
  readonly queues: readonly (string | QueueOptions)[];
  readonly handlers: readonly Type[];
}

/** A feature and where it was found. */
export interface FoundFeature extends TaskFeature {
  /** The class of the module that imports it. */
  readonly importer: string;
}

export const isFeature = (host: ModuleHost): boolean => host.providers.has(TASK_FEATURE);

/** What all features of the app bring, in the order of their import. Known as soon as the app's modules are scanned. */
export function featuresOf(modules: ModulesContainer): readonly FoundFeature[] {
  return hostsOf(modules, TASK_FEATURE).map((host) => ({
    ...(host.providers.get(TASK_FEATURE)?.instance as TaskFeature),
    importer: importersOf(modules, host)[0]?.metatype.name ?? 'TasksModule',
  }));
}
