import type { TaskMiddlewareType } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { MIDDLEWARE_METADATA } from './metadata-keys.js';
import { assertMethod, describeMember, markMethod } from './method-mark.js';

/**
 * Wraps one task, or every task of a class, in middleware: inside the global middleware and that of the queue, the
 * class's outside the method's, the first named outermost. Each class is made once for the app, with injection; it
 * need not be listed as a provider. A subclass keeps its parent's unless it names its own.
 *
 * @throws TaskRegistrationError when one of the types is no class (a circular import, often)
 *
 * @example
 * @UseTaskMiddleware(AuditMiddleware)
 * @Task()
 * async charge(order: Order) {}
 */
export function UseTaskMiddleware(...types: readonly TaskMiddlewareType[]) {
  return (target: object, property?: string | symbol, descriptor?: PropertyDescriptor): void => {
    assertClasses(types, describeMember(target, property));
    if (property === undefined) {
      Reflect.defineMetadata(
        MIDDLEWARE_METADATA,
        [...types, ...own(Reflect.getOwnMetadata(MIDDLEWARE_METADATA, target))],
        target,
      );
      return;
    }
    assertMethod('@UseTaskMiddleware()', target, property, descriptor);
    const all = [...types, ...own(Reflect.getOwnMetadata(MIDDLEWARE_METADATA, target, property))];
    markMethod(MIDDLEWARE_METADATA, all, target, property, descriptor?.value);
  };
}

const own = (metadata: unknown): readonly TaskMiddlewareType[] =>
  (metadata as readonly TaskMiddlewareType[] | undefined) ?? [];

function assertClasses(types: readonly unknown[], where: string): void {
  const place = types.findIndex((type) => typeof type !== 'function');
  if (place < 0) return;
  throw new TaskRegistrationError(
    `@UseTaskMiddleware() on ${where}: argument ${place + 1} is ${String(types[place])}, not a class. A circular import leaves classes undefined.`,
  );
}
