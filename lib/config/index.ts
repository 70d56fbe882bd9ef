export * from './durations.js';
export * from './names.js';
export * from './nearest-name.js';
export { CIRCUIT_BREAKER_DEFAULTS, OPTION_DEFAULTS, type OptionDefault } from './option-defaults.js';
export { BUILT_IN_QUEUES, DEFAULT_QUEUE } from './queue-layout.js';
export * from './resolve-feature-queues.js';
export * from './resolve-options.js';
export * from './resolve-task-options.js';
export type * from './resolved-options.js';
