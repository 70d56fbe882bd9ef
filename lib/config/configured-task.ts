import { isName } from './names.js';
import { resolveTaskOptions, type TaskDefaults } from './resolve-task-options.js';
import type { ResolvedTaskOptions } from './resolved-options.js';
import { overridesOf } from './task-overrides.js';

/**
 * What the configuration alone says of a task, for a process that has neither its handler nor its class and enqueues it by
 * name.
 *
 * @returns undefined when it says nothing
 */
export function configuredTask(name: string, defaults: TaskDefaults): ResolvedTaskOptions | undefined {
  if (defaults.tasks === undefined || !isName(name)) return undefined;
  return overridesOf(defaults.tasks, name) === undefined
    ? undefined
    : resolveTaskOptions({ name }, name, defaults);
}
