export * from './codec-set.js';
export * from './json-codec.js';
export * from './payload-size.js';
