import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import type { Capabilities } from '../../lib/contract/index.js';

/** A ledger that all share, as far as all are of this process. */
export class SharedLedger extends MemoryQueueBackend {
  override readonly capabilities: Capabilities = {
    ...new MemoryQueueBackend().capabilities,
    records: 'fleet',
  };
}
