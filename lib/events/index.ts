export type { TaskEventListener } from './event-listener.js';
export * from './task-events.js';
