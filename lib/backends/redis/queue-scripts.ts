import { createHash } from 'node:crypto';
import { loadScript, type RedisScript } from './redis-script.js';

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
  const entries = Object.entries(FILES).map(([name, file]) => {
    const script = loadScript(new URL(`./scripts/${file}.lua`, import.meta.url));
    return [name, clock === undefined ? script : withClock(script, clock)];
  });
  return Object.fromEntries(entries) as QueueScripts;
}

function withClock(script: RedisScript, clock: string): RedisScript {
  const lua = script.lua.replace(CLOCK, clock);
  return { ...script, lua, sha: createHash('sha1').update(lua).digest('hex') };
}
