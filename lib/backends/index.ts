export { BackendSet } from './backend-set.js';
export { disabledBackend } from './disabled-backend.js';
export * from './memory/index.js';
export { OptionalPeer } from './optional-peer.js';
export * from './redis/index.js';
export { TaskBackendRegistry } from './task-backend.registry.js';
