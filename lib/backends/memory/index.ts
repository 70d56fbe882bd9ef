export { createMemoryBackend } from './create-memory-backend.js';
export type { MemoryBackendOptions } from './memory-options.js';
export { MemoryQueueBackend } from './memory-queue-backend.js';
export { MemoryStateBackend } from './memory-state-backend.js';
