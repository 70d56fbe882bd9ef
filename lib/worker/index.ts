export * from './drain.js';
export * from './settled-events.js';
export * from './task-worker.js';
export * from './worker-pool.js';
export * from './worker-stats.js';
