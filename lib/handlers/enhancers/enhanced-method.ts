import type { PipeTransform } from '@nestjs/common';
import type { ContextId } from '@nestjs/core';
import { ENHANCER_FAMILIES } from '../../contract/index.js';
import type { HandlerSite } from '../provider-sites.js';
import { assertMade } from './bound-enhancers.js';
import { EnhancedCall, type PipedParameter } from './enhanced-call.js';
import type { EnhancerCreators } from './enhancer-creators.js';
import { methodOf, standInFor } from './handler-method.js';
import { Refusals } from './refusals.js';
import type { TaskParameter, TaskParameters } from './task-parameters.js';

/** A method with something of Nest around it, and what that is. */
export class EnhancedMethod {
  private readonly host: object;
  private readonly callback: (...args: unknown[]) => unknown;
  private readonly refusals: Refusals;
  private readonly label: string;

  private constructor(
    private readonly handler: HandlerSite,
    private readonly creators: EnhancerCreators,
    /** Empty where no pipe and no decorator asks for more than payload and context. */
    private readonly parameters: readonly TaskParameter[],
  ) {
    this.host = standInFor(handler);
    this.callback = methodOf(handler);
    this.label = `${handler.site.type.name}.${handler.method}`;
    this.refusals = new Refusals(this.label);
  }

  /**
   * @returns undefined where nothing stands around the method
   * @throws TaskRegistrationError for an enhancer that Nest would leave out in silence, or a parameter of a request
   */
  static of(
    handler: HandlerSite,
    creators: EnhancerCreators,
    reader: TaskParameters,
  ): EnhancedMethod | undefined {
    const bound = creators.bound.of(handler);
    const stands = ENHANCER_FAMILIES.filter(
      (family) => bound[family].length > 0 || creators.hasGlobal(family),
    );
    const areDecorated = reader.areDecorated(handler);
    if (stands.length === 0 && !areDecorated) return undefined;
    const parameters = areDecorated || stands.includes('pipes') ? reader.of(handler) : [];
    assertMade(handler, bound, parameters);
    return new EnhancedMethod(handler, creators, parameters);
  }

  /** The method of one instance with what stands around it in one context. */
  bind(instance: object, contextId: ContextId): EnhancedCall {
    const { creators, host, callback, handler, label } = this;
    const { wrapper, host: module } = handler.site;
    const where = [host, callback, module.token, contextId, wrapper.id] as const;
    return new EnhancedCall({
      host,
      callback,
      label,
      instance: instance as Record<string, (...args: unknown[]) => unknown>,
      method: handler.method,
      guards: creators.guards.create(...where),
      interceptors: creators.interceptors.create(...where),
      parameters: this.piped(creators.pipes.create(...where), contextId),
      filters: creators.filters.find(...where),
      refusals: this.refusals,
    });
  }

  private piped(pipes: readonly PipeTransform[], contextId: ContextId): PipedParameter[] {
    const { id } = this.handler.site.wrapper;
    return this.parameters.map(({ index, extract, isCustom, isPiped, pipes: own, metadata }) => ({
      index,
      extract,
      isCustom,
      metadata,
      pipes: [
        ...(isPiped ? pipes : []),
        ...this.creators.pipes.createConcreteContext<unknown[], PipeTransform[]>([...own], contextId, id),
      ],
    }));
  }
}
