import { loadScript, type RedisScript } from './redis-script.js';

const FILES = {
  compareAndSet: 'compare-and-set',
  increment: 'increment',
  acquireLease: 'acquire-lease',
  renewLease: 'renew-lease',
  takeTokens: 'take-tokens',
  rangeIndex: 'range-index',
} as const;

export type StateScripts = Readonly<Record<keyof typeof FILES, RedisScript>>;

/** Reads the scripts of the state interface. */
export function loadStateScripts(): StateScripts {
  const entries = Object.entries(FILES).map(([name, file]) => [
    name,
    loadScript(new URL(`./scripts/state/${file}.lua`, import.meta.url)),
  ]);
  return Object.fromEntries(entries) as StateScripts;
}
