export * from './apply-schema.js';
export * from './check-payload.js';
export * from './schema-issues.js';
