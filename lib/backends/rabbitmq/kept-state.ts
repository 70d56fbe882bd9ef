import type { StateBackend } from '../../contract/index.js';

/** The state of another entry: opened and closed by that one. */
export function keptState(keeper: StateBackend): StateBackend {
  return {
    open: async () => undefined,
    close: async () => undefined,
    time: () => keeper.time(),
    get: (keys) => keeper.get(keys),
    set: (entries) => keeper.set(entries),
    delete: (keys) => keeper.delete(keys),
    compareAndSet: (...args) => keeper.compareAndSet(...args),
    increment: (...args) => keeper.increment(...args),
    index: (name) => keeper.index(name),
    acquire: (...args) => keeper.acquire(...args),
    renew: (...args) => keeper.renew(...args),
    release: (lease) => keeper.release(lease),
    take: (...args) => keeper.take(...args),
    publish: (...args) => keeper.publish(...args),
    watch: (...args) => keeper.watch(...args),
  };
}
