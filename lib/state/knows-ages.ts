import type { Capabilities } from '../contract/index.js';

/**
 * Whether a backend can say since when its jobs are ready. It cannot where the jobs are the fleet's and each process keeps records of its own: one
 * that another process ran long ago would still be waiting here.
 */
export const knowsAges = ({ scope, records }: Pick<Capabilities, 'scope' | 'records'>): boolean =>
  scope === 'process' || records === 'fleet';
