import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { findServer } from './find-server.mjs';
import { redisBroker } from './redis.mjs';
import type { FoundServer } from './servers.mjs';

let found: Promise<FoundServer> | undefined;

/** The server that runs share; found once a process. What was started for it ends with the process. */
export function sharedRedis(): Promise<FoundServer> {
  return (found ??= findServer(redisBroker));
}

/** A prefix that no other run has. */
export function uniquePrefix(): string {
  return `test:${process.pid}:${randomBytes(4).toString('hex')}`;
}

/** Removes every key under a prefix. */
export async function dropPrefix(
  url: string,
  prefix: string,
  options: { readonly tls?: { readonly ca: string } } = {},
): Promise<void> {
  const client = new Redis(url, options);
  try {
    for await (const keys of client.scanStream({
      match: `${prefix.replace(/[*?[\]\\]/g, '\\$&')}*`,
      count: 1_000,
    })) {
      // One by one: on a cluster they lie in many slots.
      await Promise.all((keys as string[]).map((key) => client.unlink(key)));
    }
  } finally {
    client.disconnect();
  }
}
