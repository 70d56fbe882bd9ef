/** What a backend's author needs to prove it. */
export type { QueueBackend, StateBackend } from '../contract/index.js';
