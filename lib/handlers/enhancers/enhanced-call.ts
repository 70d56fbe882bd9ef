import type { ArgumentMetadata, CanActivate, NestInterceptor, PipeTransform } from '@nestjs/common';
import { ForbiddenException } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { NoValueError } from '../../errors/index.js';
import {
  type ExceptionFilterMetadata,
  ExecutionContextHost,
  GuardsConsumer,
  InterceptorsConsumer,
  PipesConsumer,
  selectExceptionFilterMetadata,
} from '../nest-internals.js';
import type { Refusals } from './refusals.js';
import { TASK_CONTEXT_TYPE } from './task-execution-context.js';
import type { TaskArguments, TaskParameter } from './task-parameters.js';

export interface EnhancedCallParts {
  /** What `getClass()` is read from. */
  readonly host: object;
  /** What `getHandler()` gives. */
  readonly callback: (...args: unknown[]) => unknown;
  /** `EmailTasks.send`, for messages. */
  readonly label: string;
  readonly instance: Record<string, (...args: unknown[]) => unknown>;
  readonly method: string;
  readonly guards: CanActivate[];
  readonly interceptors: NestInterceptor[];
  readonly parameters: readonly (TaskParameter & { readonly all: PipeTransform[] })[];
  /** The nearest first. */
  readonly filters: readonly ExceptionFilterMetadata[];
  readonly refusals: Refusals;
}

const guards = new GuardsConsumer();
const interceptors = new InterceptorsConsumer();
const pipes = new PipesConsumer();

/** Stands for the value of an Observable that has none. */
const NOTHING = Symbol('nothing');

/** One method of one instance with its enhancers, run in Nest's order: guards, interceptors, pipes, method; filters outermost. */
export class EnhancedCall {
  constructor(private readonly parts: EnhancedCallParts) {}

  async run(payload: unknown, ctx: unknown): Promise<unknown> {
    const args: TaskArguments = [payload, ctx];
    try {
      const { host, callback } = this.parts;
      if (this.parts.guards.length > 0) await this.admit(args);
      if (this.parts.interceptors.length === 0) return await this.valueOf(await this.handle(args));
      const stream = await interceptors.intercept(
        this.parts.interceptors,
        args,
        host,
        callback,
        () => this.handle(args),
        TASK_CONTEXT_TYPE,
      );
      return await this.valueOf(stream);
    } catch (error) {
      return this.answer(error, args);
    }
  }

  private async admit(args: TaskArguments): Promise<void> {
    const { host, callback, refusals } = this.parts;
    try {
      if (await guards.tryActivate(this.parts.guards, args, host, callback, TASK_CONTEXT_TYPE)) return;
      throw new ForbiddenException('Forbidden resource');
    } catch (error) {
      refusals.note('guard', error);
      throw error;
    }
  }

  private async handle(args: TaskArguments): Promise<unknown> {
    const { instance, method, parameters } = this.parts;
    const call = instance[method] as (...args: unknown[]) => unknown;
    return call.apply(instance, parameters.length === 0 ? args : await this.values(args));
  }

  private async values(args: TaskArguments): Promise<unknown[]> {
    const values: unknown[] = [];
    for (const parameter of this.parts.parameters) {
      const value = parameter.extract(args);
      values[parameter.index] = parameter.all.length === 0 ? await value : await this.piped(parameter, value);
    }
    return values;
  }

  private async piped(parameter: EnhancedCallParts['parameters'][number], value: unknown): Promise<unknown> {
    try {
      return await pipes.apply(value, parameter as unknown as ArgumentMetadata, parameter.all);
    } catch (error) {
      this.parts.refusals.note('pipe', error);
      throw error;
    }
  }

  private async valueOf(result: unknown): Promise<unknown> {
    if (!isObservable(result)) return result;
    const value: unknown = await lastValueFrom(result, { defaultValue: NOTHING });
    if (value !== NOTHING) return value;
    throw new NoValueError(
      `${this.parts.label}: an interceptor returned an Observable that ended without a value. To complete the job without a result, return of(undefined).`,
    );
  }

  /** A filter that gives a value ends the job with it; the error of a run that no filter answers goes on. */
  private async answer(error: unknown, args: TaskArguments): Promise<unknown> {
    const { refusals, filters } = this.parts;
    try {
      const filter = selectExceptionFilterMetadata([...filters], error);
      const value: unknown = filter === undefined ? undefined : await this.filtered(filter, error, args);
      if (value !== undefined) return value;
    } catch (thrown) {
      throw refusals.verdictOn(thrown);
    }
    throw refusals.verdictOn(error);
  }

  private async filtered(
    filter: ExceptionFilterMetadata,
    error: unknown,
    args: TaskArguments,
  ): Promise<unknown> {
    const host = new ExecutionContextHost(args, this.parts.host.constructor as never, this.parts.callback);
    host.setType(TASK_CONTEXT_TYPE);
    const value: unknown = await filter.func(error, host);
    return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
  }
}
