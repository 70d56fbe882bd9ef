import type { ModuleRef } from '@nestjs/core';
import type { EnhancerFamily } from '../contract/index.js';
import { EnhancedMethod } from './enhancers/enhanced-method.js';
import { EnhancerCreators } from './enhancers/enhancer-creators.js';
import { TaskParameters } from './enhancers/task-parameters.js';
import { directCall, HandlerFactory, type HandlerInvoke } from './handler-factory.js';
import { instanceFor, isScoped, jobContextId } from './job-scope.js';
import {
  containerOf,
  type InstanceWrapper,
  loadEnhancers,
  moduleRefOf,
  STATIC_CONTEXT,
} from './nest-internals.js';
import type { HandlerSite } from './provider-sites.js';

/**
 * Puts around a method what Nest would put around a route's: guards, interceptors, pipes and filters, and the instance of a
 * scoped provider for each run. A method that uses none of it is called directly.
 *
 * It is made of the parts of Nest's `ExternalContextCreator`, not by it: that one does not find the module of a controller, and
 * then leaves out the guards that are named by their class.
 */
export class NestHandlerFactory extends HandlerFactory {
  private readonly creators: EnhancerCreators;
  private readonly parameters = new TaskParameters();

  /**
   * @param moduleRef Any of the app.
   * @param globals Families whose global members stand around tasks, too.
   */
  constructor(moduleRef: ModuleRef, globals: readonly EnhancerFamily[] = []) {
    super();
    this.creators = new EnhancerCreators(containerOf(moduleRef), globals);
  }

  override create(handler: HandlerSite): HandlerInvoke {
    const { site, method } = handler;
    const enhanced = EnhancedMethod.of(handler, this.creators, this.parameters);
    const scopedGlobals = this.creators.scopedGlobals();
    if (isScoped(site.wrapper) || scopedGlobals.length > 0)
      return scopedCall(handler, enhanced, scopedGlobals);
    if (enhanced === undefined) return directCall(site, method);
    const call = enhanced.bind(site.instance, STATIC_CONTEXT);
    return (payload, ctx) => call.run(payload, ctx);
  }
}

function scopedCall(
  { site, method }: HandlerSite,
  enhanced: EnhancedMethod | undefined,
  globals: readonly InstanceWrapper[],
): HandlerInvoke {
  return async (payload, ctx) => {
    const instance = (await instanceFor(ctx, site)) as Record<string, HandlerInvoke>;
    if (enhanced === undefined) return (instance[method] as HandlerInvoke)(payload, ctx);
    const contextId = jobContextId(ctx, moduleRefOf(site.host));
    if (globals.length > 0) await loadEnhancers(globals, site, contextId);
    return enhanced.bind(instance, contextId).run(payload, ctx);
  };
}
