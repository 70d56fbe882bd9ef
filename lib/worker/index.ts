export * from './alarm.js';
export * from './drain.js';
export * from './process-hold.js';
export * from './settled-events.js';
export * from './task-worker.js';
export * from './wait.js';
export * from './worker-pool.js';
export * from './worker-stats.js';
