export * from './app/index.js';
export * from './a-job.js';
export * from './contract/index.js';
export * from './manual-clock.js';
export * from './property/index.js';
