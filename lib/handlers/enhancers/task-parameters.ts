import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import type { TaskContext } from '../../contract/index.js';
import { contextOfJob } from '../../decorators/index.js';
import { TaskRegistrationError } from '../../errors/index.js';
import type { HandlerSite } from '../provider-sites.js';
import {
  ContextUtils,
  CUSTOM_ROUTE_ARGS_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
} from '../nest-internals.js';
import { methodOf, standInFor } from './handler-method.js';
import { TASK_CONTEXT_TYPE } from './task-execution-context.js';

/** What a task is called with. */
export type TaskArguments = [payload: unknown, ctx: TaskContext];

/** One parameter of a task's method: where its value comes from, and what its pipes are told of it. */
export interface TaskParameter {
  readonly index: number;
  readonly extract: (args: TaskArguments) => unknown;
  /** Whether a decorator made by `createParamDecorator()` takes its value out of the context. */
  readonly isCustom: boolean;
  /** Whether the pipes of method and class run on it. */
  readonly isPiped: boolean;
  /** Its own, as they are named. */
  readonly pipes: readonly (Type<PipeTransform> | PipeTransform)[];
  /** What its pipes are told. */
  readonly metadata: ArgumentMetadata;
}

/** What a parameter decorator leaves; `factory` with those that `createParamDecorator()` made. */
interface ParameterMetadata {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: TaskParameter['pipes'];
  readonly schema?: unknown;
  readonly factory?: (data: unknown, host: unknown) => unknown;
}

const PAYLOAD: number = RouteParamtypes.BODY;

/**
 * Reads the parameters of tasks. Decorated ones take their value from their decorator; of the others the first is the
 * payload and the second the context.
 */
export class TaskParameters {
  private readonly utils = new ContextUtils();

  /** Whether any parameter has a decorator. */
  areDecorated(handler: HandlerSite): boolean {
    return Object.keys(this.read(handler)).length > 0;
  }

  /** @throws TaskRegistrationError for a decorator that takes its value from a request */
  of(handler: HandlerSite): readonly TaskParameter[] {
    const decorated = Object.entries(this.read(handler)).map(([key, metadata]) =>
      this.decorated(handler, key, metadata),
    );
    const types = this.types(handler);
    const plain = [0, 1]
      .filter((index) => decorated.every((parameter) => parameter.index !== index))
      .map((index) => this.plain(index, types[index]));
    return [...decorated, ...plain].toSorted((a, b) => a.index - b.index);
  }

  private read(handler: HandlerSite): Readonly<Record<string, ParameterMetadata>> {
    return this.utils.reflectCallbackMetadata(standInFor(handler), handler.method, ROUTE_ARGS_METADATA) ?? {};
  }

  private types(handler: HandlerSite): readonly unknown[] {
    return (
      (this.utils.reflectCallbackParamtypes(standInFor(handler), handler.method) as unknown[] | undefined) ??
      []
    );
  }

  private plain(index: number, metatype: unknown): TaskParameter {
    const isPiped = index === 0;
    return {
      index,
      extract: (args) => args[index],
      isCustom: false,
      isPiped,
      pipes: [],
      metadata: told(isPiped, metatype),
    };
  }

  private decorated(handler: HandlerSite, key: string, metadata: ParameterMetadata): TaskParameter {
    const { index, data, pipes = [], schema, factory } = metadata;
    const custom = key.includes(CUSTOM_ROUTE_ARGS_METADATA);
    const type = this.utils.mapParamType(key);
    return {
      index,
      extract: custom ? this.fromFactory(handler, factory, data) : fromPayload(handler, type, metadata),
      isCustom: custom,
      isPiped: factory !== contextOfJob,
      pipes,
      metadata: told(!custom, this.types(handler)[index], data, schema),
    };
  }

  private fromFactory(
    handler: HandlerSite,
    factory: ParameterMetadata['factory'],
    data: unknown,
  ): TaskParameter['extract'] {
    const toContext = this.utils.getContextFactory<string>(
      TASK_CONTEXT_TYPE,
      standInFor(handler),
      methodOf(handler),
    );
    return (args) => factory?.(data, toContext(args));
  }
}

/** As Nest says it of the parameters of a route: the payload is a body, so that pipes for bodies know it. */
function told(isPayload: boolean, metatype: unknown, data?: unknown, schema?: unknown): ArgumentMetadata {
  return { type: isPayload ? 'body' : 'custom', metatype, data, schema } as ArgumentMetadata;
}

function fromPayload(
  { site, method }: HandlerSite,
  type: string,
  { index, data }: ParameterMetadata,
): TaskParameter['extract'] {
  if (Number(type) !== PAYLOAD) {
    throw new TaskRegistrationError(
      `${site.type.name}.${method}: parameter ${index + 1} has a decorator that takes its value from a request, and a job has none. Use @JobPayload() or @JobContext().`,
    );
  }
  if (typeof data !== 'string') return ([payload]) => payload;
  return ([payload]) => (payload as Record<string, unknown> | null | undefined)?.[data];
}
