import { TaskRegistrationError } from '../errors/index.js';
import type { BackgroundTaskManager } from './background-task-manager.js';

/**
 * Where an object keeps its manager: Nest injects it there, whatever scope the provider has, and hand-made objects are adopted.
 * A registered symbol, so that two copies of this package in one `node_modules` know one home.
 */
export const HOME: unique symbol = Symbol.for('tasks:background') as never;

/** An object whose class has `@Background()` methods, or that is a `ScheduledWorker`. */
export interface AtHome {
  [HOME]?: BackgroundTaskManager;
}

/** @throws TaskRegistrationError for an object that takes no more properties */
export function adopt(instance: AtHome, manager: BackgroundTaskManager): void {
  if (instance[HOME] === manager) return;
  try {
    Object.defineProperty(instance, HOME, {
      value: manager,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  } catch (cause) {
    throw new TaskRegistrationError(
      'a frozen object cannot have @Background() methods: it has no place for its manager.',
      { cause },
    );
  }
}
