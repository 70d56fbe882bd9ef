import { type Companions, loadScript, type RedisScript, scriptOf } from './redis-script.js';

const FILES = {
  declare: 'declare',
  enqueuePlain: 'enqueue-plain',
  enqueue: 'enqueue',
  claim: 'claim',
  extend: 'extend',
  record: 'record',
  signal: 'signal',
  forward: 'forward',
  recover: 'recover',
  get: 'get',
  find: 'find',
  inspect: 'inspect',
  cancel: 'cancel',
  remove: 'remove',
  clear: 'clear',
  pause: 'pause',
  retryDead: 'retry-dead',
} as const;

export type QueueScripts = Readonly<Record<keyof typeof FILES, RedisScript>>;

const CLOCK = "call('TIME')";

/**
 * Reads the scripts of the queue interface.
 *
 * @param clock Lua that gives the time instead of the server, as `TIME` does: seconds and microseconds. For tests of hours and days.
 */
export function loadQueueScripts(clock?: string): QueueScripts {
  return loadScripts(FILES, undefined, (script) => withClock(script, clock));
}

/** The same with what a cluster needs besides. @param finish makes of each script what is sent */
export function loadClusterScripts(
  companions: Companions,
  finish: (script: RedisScript) => RedisScript,
  clock?: string,
): QueueScripts {
  return loadScripts(FILES, companions, (script) => finish(withClock(script, clock)));
}

/** Reads scripts by the names of their files. */
export function loadScripts<N extends string>(
  files: Readonly<Record<N, string>>,
  companions: Companions | undefined,
  finish: (script: RedisScript) => RedisScript,
): Readonly<Record<N, RedisScript>> {
  const entries = Object.entries<string>(files).map(([name, file]) => [
    name,
    finish(loadScript(new URL(`./scripts/${file}.lua`, import.meta.url), companions)),
  ]);
  return Object.fromEntries(entries) as Readonly<Record<N, RedisScript>>;
}

export function withClock(script: RedisScript, clock: string | undefined): RedisScript {
  return clock === undefined ? script : scriptOf(script.name, script.lua.replaceAll(CLOCK, clock));
}
