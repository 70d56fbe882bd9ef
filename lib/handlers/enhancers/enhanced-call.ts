import {
  type ArgumentMetadata,
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { isObservable, lastValueFrom, type Observable } from 'rxjs';
import type { TaskContext } from '../../contract/index.js';
import {
  type ExceptionFilterMetadata,
  ExecutionContextHost,
  selectExceptionFilterMetadata,
} from '../nest-internals.js';
import { isStream, lastValueOf, untilAborted } from '../result-stream.js';
import { InterceptorChain } from './interceptor-chain.js';
import type { Refusals } from './refusals.js';
import { TASK_CONTEXT_TYPE } from './task-execution-context.js';
import type { TaskArguments } from './task-parameters.js';

/** One parameter of the method, with the instances of its pipes. */
export interface PipedParameter {
  readonly index: number;
  readonly extract: (args: TaskArguments) => unknown;
  readonly isCustom: boolean;
  readonly pipes: readonly PipeTransform[];
  /** What the pipes are told. */
  readonly metadata: ArgumentMetadata;
}

export interface EnhancedCallParts {
  /** What `getClass()` is read from. */
  readonly host: object;
  /** What `getHandler()` gives. */
  readonly callback: (...args: unknown[]) => unknown;
  /** `EmailTasks.send`, for messages. */
  readonly label: string;
  readonly instance: Record<string, (...args: unknown[]) => unknown>;
  readonly method: string;
  readonly guards: readonly CanActivate[];
  readonly interceptors: readonly NestInterceptor[];
  readonly parameters: readonly PipedParameter[];
  /** The nearest first. */
  readonly filters: ExceptionFilterMetadata[];
  readonly refusals: Refusals;
}

/** One method of one instance with its enhancers, run in Nest's order: guards, interceptors, pipes, method; filters outermost. */
export class EnhancedCall {
  constructor(private readonly parts: EnhancedCallParts) {}

  async run(payload: unknown, ctx: TaskContext): Promise<unknown> {
    const args: TaskArguments = [payload, ctx];
    try {
      const { guards } = this.parts;
      if (guards.length > 0) {
        const admission = this.admit(guards, args);
        if (admission !== undefined) await admission;
      }
      const result = await (this.parts.interceptors.length === 0 ? this.handle(args) : this.intercept(args));
      return isStream(result) ? await lastValueOf(result, this.giver) : result;
    } catch (error) {
      return this.answer(error, args);
    }
  }

  /** Asks the guards from `place` on. Nearly all answer at once, and then there is nothing to wait for. */
  private admit(guards: readonly CanActivate[], args: TaskArguments, place = 0): Promise<void> | undefined {
    const context = this.contextOf(args);
    try {
      for (let at = place; at < guards.length; at++) {
        const answer = (guards[at] as CanActivate).canActivate(context);
        if (typeof answer !== 'boolean') return this.admitLater(answer, guards, args, at + 1);
        if (!answer) throw forbidden();
      }
      return undefined;
    } catch (error) {
      this.parts.refusals.note('guard', error);
      throw error;
    }
  }

  private async admitLater(
    answer: Promise<boolean> | Observable<boolean>,
    guards: readonly CanActivate[],
    args: TaskArguments,
    next: number,
  ): Promise<void> {
    try {
      const said: unknown = await answer;
      const isAdmitted: unknown = isObservable(said) ? await lastValueFrom(said) : said;
      if (!isAdmitted) throw forbidden();
    } catch (error) {
      this.parts.refusals.note('guard', error);
      throw error;
    }
    await this.admit(guards, args, next);
  }

  private intercept(args: TaskArguments): unknown {
    return new InterceptorChain(this.parts.interceptors, this.contextOf(args), () => this.handle(args)).run();
  }

  private async handle(args: TaskArguments): Promise<unknown> {
    const { instance, method, parameters } = this.parts;
    const call = instance[method] as (...args: unknown[]) => unknown;
    const result = await call.apply(instance, parameters.length === 0 ? args : await this.values(args));
    return isStream(result) ? untilAborted(result, args[1].signal) : result;
  }

  private async values(args: TaskArguments): Promise<unknown[]> {
    const values: unknown[] = [];
    try {
      for (const { index, extract, isCustom, pipes, metadata } of this.parts.parameters) {
        let value = extract(args);
        // A decorator of the app may give a promise.
        if (isCustom) value = await value;
        for (const pipe of pipes) {
          value = pipe.transform(value, metadata);
          if (isPromiseLike(value)) value = await value;
        }
        values[index] = value;
      }
    } catch (error) {
      this.parts.refusals.note('pipe', error);
      throw error;
    }
    return values;
  }

  private get giver(): string {
    const { label, interceptors } = this.parts;
    return interceptors.length === 0 ? label : `${label}: it or an interceptor`;
  }

  /** A filter that gives a value ends the job with it; the error of a run that no filter answers goes on. */
  private async answer(error: unknown, args: TaskArguments): Promise<unknown> {
    const { refusals, filters } = this.parts;
    try {
      const filter = selectExceptionFilterMetadata(filters, error);
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
    const value: unknown = await filter.func(error, this.contextOf(args));
    return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
  }

  private contextOf(args: TaskArguments): ExecutionContext {
    const context = new ExecutionContextHost(args, this.parts.host.constructor as never, this.parts.callback);
    context.setType(TASK_CONTEXT_TYPE);
    return context;
  }
}

/** As Nest says it of a guard that gives `false`. Where it was made is of no use to anybody. */
function forbidden(): ForbiddenException {
  const exception = new ForbiddenException('Forbidden resource');
  exception.stack = `${exception.name}: ${exception.message}`;
  return exception;
}

/** What `await` would wait for; of anything else it would only take a turn. */
function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
