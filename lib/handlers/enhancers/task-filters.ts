import type { ContextId } from '@nestjs/core';
import {
  EXCEPTION_FILTERS_METADATA,
  type ExceptionFilterMetadata,
  ExternalExceptionFilterContext,
} from '../nest-internals.js';

/**
 * Finds the filters of a task, the method's first, then the class's, then global ones. Nest's own runner of them is not used:
 * it logs what no filter takes, which is logged here as a failed run, and takes the promise of an `async` filter that gives
 * nothing for a value.
 */
export class TaskFilters extends ExternalExceptionFilterContext {
  find(
    host: object,
    callback: (...args: unknown[]) => unknown,
    module: string,
    contextId: ContextId,
    inquirerId: string,
  ): ExceptionFilterMetadata[] {
    this.moduleContext = module;
    return this.createContext<unknown[], ExceptionFilterMetadata[]>(
      host,
      callback,
      EXCEPTION_FILTERS_METADATA,
      contextId,
      inquirerId,
    ).toReversed();
  }
}
