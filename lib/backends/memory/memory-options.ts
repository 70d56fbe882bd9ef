import type { Clock } from '../../contract/index.js';

/** What both memory backends take. */
export interface MemoryBackendOptions {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}
