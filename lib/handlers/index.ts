export { dtoSchema, type DtoSchemaOptions } from './dto-schema.js';
export { isTaskContext } from './enhancers/task-execution-context.js';
export * from './handler-decorator.js';
export { HandlerFactory, type HandlerInvoke } from './handler-factory.js';
export { type HandlerCall, HandlerRegistry } from './handler-registry.js';
export * from './injected-tokens.js';
export { jobContextId } from './job-scope.js';
export * from './listener-explorer.js';
export { locating } from './located-error.js';
export {
  hostsOf,
  importersOf,
  isScopedClass,
  isScopeRefusal,
  type ModuleHost,
  orderHooks,
  provideValue,
} from './nest-internals.js';
export { NestHandlerFactory } from './nest-handler.factory.js';
export { type ProviderSite, scopeProblem } from './provider-site.js';
export { ProviderSites } from './provider-sites.js';
export type { RegisteredHandler, SchemaTaskFunction, TaskFunction } from './registered-handler.js';
export type * from './registry-ports.js';
export { isStream, lastValueOf, untilAborted } from './result-stream.js';
export * from './task-explorer.js';
export * from './task-feature.js';
