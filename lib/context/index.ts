export * from './context-carriers.js';
export { registeredOpenTelemetry } from './open-telemetry.js';
export * from './plain-object.js';
export * from './storage-carrier.js';
export * from './trace-carrier.js';
