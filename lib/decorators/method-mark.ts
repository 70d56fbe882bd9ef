import { TaskRegistrationError } from '../errors/index.js';

/**
 * Leaves a mark on a method: on the function, where libraries that wrap methods copy it from, and on its owner under
 * its name, where it survives a decorator above ours that replaces the function and copies nothing.
 */
export function markMethod(
  key: string,
  value: unknown,
  target: object,
  property: string,
  method: (...args: never[]) => unknown,
): void {
  Reflect.defineMetadata(key, value, method);
  Reflect.defineMetadata(key, value, target, property);
}

/** Refuses, when the class is read, what could only be ignored in silence later. */
export function assertMethod(
  decorator: string,
  target: object,
  property: string | symbol | undefined,
  descriptor: PropertyDescriptor | undefined,
): asserts property is string {
  const where = `${decorator} on ${describeMember(target, property)}`;
  if (typeof target === 'function') {
    throw new TaskRegistrationError(`${where}: a static method belongs to no provider; make it a method.`);
  }
  if (typeof property !== 'string') {
    throw new TaskRegistrationError(`${where}: the method needs a plain name, not a symbol.`);
  }
  if (typeof descriptor?.value !== 'function') {
    throw new TaskRegistrationError(
      `${where}: only methods can be decorated, not accessors or properties that hold a function.`,
    );
  }
}

/** `EmailTasks.send`, for messages. */
export function describeMember(target: object, property: string | symbol | undefined): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return `${owner.name || '(anonymous class)'}.${String(property ?? 'constructor')}`;
}
