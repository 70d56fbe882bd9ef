import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { StorageCarrier } from '../../../lib/context/index.js';
import { InvalidOptionError, TaskContextError } from '../../../lib/errors/index.js';

interface Store {
  readonly tenant?: string | undefined;
  readonly user?: string;
}

describe('StorageCarrier', () => {
  it('with keys: captures texts, and gives back those that came along', () => {
    const storage = new AsyncLocalStorage<Store>();
    const carrier = new StorageCarrier(storage, ['tenant', 'user']);
    expect(storage.run({ tenant: 'acme' }, () => carrier.capture())).toEqual({ tenant: 'acme' });
    expect(carrier.run({ tenant: 'acme', other: 'x' }, () => storage.getStore())).toEqual({ tenant: 'acme' });
    expect(carrier.run({ tenant: '' }, () => storage.getStore())).toEqual({ tenant: '' });
  });

  it('has no store where none came along, whatever is around it', () => {
    const storage = new AsyncLocalStorage<Store>();
    const carrier = new StorageCarrier(storage, ['tenant']);
    expect(carrier.capture()).toBeUndefined();
    expect(storage.run({ tenant: 'acme' }, () => carrier.run({}, () => storage.getStore()))).toBeUndefined();
  });

  it('with a mapping: leaves both ways to the app', () => {
    const storage = new AsyncLocalStorage<Map<string, number>>();
    const carrier = new StorageCarrier(storage, {
      capture: (store) => ({ user: store.get('user')?.toString() }),
      restore: ({ user }) => (user === undefined ? undefined : new Map([['user', Number(user)]])),
    });
    expect(storage.run(new Map([['user', 7]]), () => carrier.capture())).toEqual({ user: '7' });
    expect(carrier.run({ user: '7' }, () => storage.getStore())).toEqual(new Map([['user', 7]]));
    expect(carrier.run({}, () => storage.getStore())).toBeUndefined();
  });

  it('takes no name of a prototype for a value', () => {
    const storage = new AsyncLocalStorage<{ constructor: string }>();
    const carrier = new StorageCarrier(storage as AsyncLocalStorage<never>, ['constructor'] as never);
    expect(carrier.run({}, () => storage.getStore())).toBeUndefined();
  });

  it.each([7, true, {}, 7n])('refuses a value that would come back as another one: %s', (tenant) => {
    const storage = new AsyncLocalStorage<Store>();
    const carrier = new StorageCarrier(storage, ['tenant']);
    expect(() => storage.run({ tenant: tenant as never }, () => carrier.capture())).toThrow(TaskContextError);
  });

  it.each([
    ['no storage', undefined, ['tenant']],
    ['no storage but something', {}, ['tenant']],
    ['no values', new AsyncLocalStorage(), undefined],
    ['no key', new AsyncLocalStorage(), []],
    ['a key that is no text', new AsyncLocalStorage(), [7]],
    ['the key that no object has as its own', new AsyncLocalStorage(), ['__proto__']],
    ['half a mapping', new AsyncLocalStorage(), { capture: () => ({}) }],
  ])('refuses %s', (_what, storage, values) => {
    expect(() => new StorageCarrier(storage as never, values as never)).toThrow(InvalidOptionError);
  });
});
