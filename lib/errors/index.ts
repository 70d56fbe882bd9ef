export * from './catalogue.js';
export * from './error-record.js';
export * from './input-errors.js';
export * from './is-instance.js';
export * from './missing-peer-error.js';
export * from './queue-errors.js';
export * from './run-errors.js';
export * from './task-error.js';
