/** A class with `@Task` methods. */
export type HandlerClass<T = object> = abstract new (...args: never[]) => T;
