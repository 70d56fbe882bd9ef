export { createMemoryBackend } from './create-memory-backend.js';
export { MemoryQueueBackend } from './memory-queue-backend.js';
