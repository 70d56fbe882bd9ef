import type * as pglite from '@electric-sql/pglite';
import { OptionalPeer } from '../optional-peer.js';

/** PGlite, loaded when an embedded postgres backend is opened. */
export const pgliteDriver: OptionalPeer<typeof pglite> = new OptionalPeer({
  name: '@electric-sql/pglite',
  range: '^0.5.0',
  neededBy: 'The embedded postgres backend (`dataDir`)',
  load: () => import('@electric-sql/pglite'),
});
