export type { FilterDoubt } from './event-filter.js';
export { listenerEntry, type TaskEventListener } from './event-listener.js';
export * from './task-events.js';
export type * from './work-probe.js';
export { WorkProbes } from './work-probes.js';
