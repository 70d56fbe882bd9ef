export { type MemoryBackendOptions, MemoryQueueBackend } from './memory-queue-backend.js';
