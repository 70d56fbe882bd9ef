export * from './cancel-signal.js';
