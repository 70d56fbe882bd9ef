import type { HandlerClass } from './handler-class.js';

/** A client that some class of this process asks for. */
export interface NotedTasks {
  readonly token: symbol;
  /** The class behind it; undefined while a circular import is not resolved. */
  readonly resolve: () => HandlerClass | undefined;
}

/*
 * The one module-level state of the package: what injection decorators of this process have named. It only grows, by
 * one entry for each name and class in the source. An app provides all of them, since decorators do not know of which
 * app they are.
 */
const queues = new Set<string | undefined>();
const tasks = new Map<symbol, NotedTasks>();

export function noteQueue(name: string | undefined): void {
  queues.add(name);
}

export function noteTasks(note: NotedTasks): void {
  tasks.set(note.token, note);
}

/** Names of queues that are injected somewhere in this process; `undefined` is the primary's default. */
export function notedQueues(): readonly (string | undefined)[] {
  return [...queues];
}

/** Task classes whose client is injected somewhere in this process. */
export function notedTaskClasses(): readonly NotedTasks[] {
  return [...tasks.values()];
}
