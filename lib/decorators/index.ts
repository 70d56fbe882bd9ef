export * from './handler-class.js';
export * from './inject-queue.decorator.js';
export * from './inject-tasks.decorator.js';
export * from './injection-notes.js';
export * from './on-task-event.decorator.js';
export * from './task-metadata.accessor.js';
export * from './task.decorator.js';
export * from './use-task-middleware.decorator.js';
