import { createHash } from 'node:crypto';
import type { RedisScript } from '../../lib/backends/redis/redis-script.js';

/** A script that stands in the test. */
export function scriptOf(lua: string): RedisScript {
  return { name: 'test.lua', lua, sha: createHash('sha1').update(lua).digest('hex') };
}
