import type * as ioredis from 'ioredis';
import { OptionalPeer } from '../optional-peer.js';

/** `ioredis`, loaded when a redis backend without an injected client is opened. */
export const redisDriver: OptionalPeer<typeof ioredis> = new OptionalPeer({
  name: 'ioredis',
  range: '^6.0.0',
  neededBy: 'The redis backend',
  load: () => import('ioredis'),
});
