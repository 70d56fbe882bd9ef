import type { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskContextCarrier } from '../contract/index.js';
import { InvalidOptionError, TaskContextError } from '../errors/index.js';

/** How a store becomes headers, and headers a store. */
export interface StorageMapping<T> {
  /** Texts by name; undefined is left out. */
  capture(store: T): Readonly<Record<string, string | undefined>>;
  /** The store of the run; undefined for none. The headers may have been written by anybody who can enqueue. */
  restore(headers: Readonly<Record<string, string>>): T | undefined;
}

/** Keys of a store whose values are texts. */
type TextKey<T> = { [K in keyof T & string]: T[K] extends string | undefined ? K : never }[keyof T & string];

/**
 * Carries values of an `AsyncLocalStorage` of the app.
 *
 * With keys, each is a header of its name, and the job's store is an object of those that came along; only texts travel. With a
 * mapping, the app says how. Where none came along, the job has no store.
 *
 * @example
 * const requests = new AsyncLocalStorage<{ tenant: string; requestId?: string }>();
 * TasksModule.forRoot({ context: { carriers: [new StorageCarrier(requests, ['tenant', 'requestId'])] } });
 */
export class StorageCarrier<T> implements TaskContextCarrier {
  private readonly mapping: StorageMapping<T>;

  /** @throws InvalidOptionError for what is no storage, and for keys or a mapping that are none */
  constructor(
    private readonly storage: AsyncLocalStorage<T>,
    values: readonly TextKey<T>[] | StorageMapping<T>,
  ) {
    if (typeof storage?.run !== 'function' || typeof storage.getStore !== 'function') {
      throw invalid('storage', 'must be an AsyncLocalStorage');
    }
    this.mapping = Array.isArray(values)
      ? byKeys<T>(readKeys(values))
      : readMapping(values as StorageMapping<T>);
  }

  capture(): Readonly<Record<string, string | undefined>> | undefined {
    const store = this.storage.getStore();
    return store === undefined || store === null ? undefined : this.mapping.capture(store);
  }

  run<R>(headers: Readonly<Record<string, string>>, body: () => R): R {
    return this.storage.run(this.mapping.restore(headers) as T, body);
  }
}

function byKeys<T>(keys: readonly string[]): StorageMapping<T> {
  return {
    // Loops: these run for every call and every job.
    capture: (store) => {
      const values: Record<string, string | undefined> = {};
      for (const key of keys) values[key] = textOf(store as Readonly<Record<string, unknown>>, key);
      return values;
    },
    restore: (headers) => {
      let store: Record<string, string> | undefined;
      for (const key of keys) {
        if (Object.hasOwn(headers, key)) (store ??= {})[key] = headers[key] as string;
      }
      return store as T | undefined;
    },
  };
}

/** What would come back as something else is refused: a number as a text, an object as `[object Object]`. */
function textOf(values: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = values[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new TaskContextError(
    `"${key}" of the store is of type ${typeof value}; only texts travel. Give StorageCarrier { capture, restore } instead of keys.`,
  );
}

function readKeys(keys: readonly unknown[]): readonly string[] {
  const isKey = (key: unknown) => typeof key === 'string' && key !== '' && key !== '__proto__';
  if (keys.length > 0 && keys.every(isKey)) return [...keys] as string[];
  throw invalid('values', 'must name at least one key, as texts');
}

function readMapping<T>(mapping: StorageMapping<T> | undefined): StorageMapping<T> {
  if (typeof mapping?.capture === 'function' && typeof mapping.restore === 'function') return mapping;
  throw invalid('values', 'must be a list of keys, or { capture, restore }');
}

const invalid = (option: string, message: string): InvalidOptionError =>
  new InvalidOptionError([{ path: `StorageCarrier.${option}`, message }]);
