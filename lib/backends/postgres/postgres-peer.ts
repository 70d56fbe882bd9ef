import type * as pg from 'pg';
import { OptionalPeer } from '../optional-peer.js';

/** `pg`, loaded when a postgres backend without an injected pool is opened. */
export const postgresDriver: OptionalPeer<typeof pg> = new OptionalPeer({
  name: 'pg',
  range: '^8.11.0',
  neededBy: 'The postgres backend',
  load: () => import('pg'),
});
