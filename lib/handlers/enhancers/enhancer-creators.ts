import type { EnhancerFamily } from '../../contract/index.js';
import {
  type ApplicationConfig,
  GuardsContextCreator,
  type InstanceWrapper,
  InterceptorsContextCreator,
  type NestContainer,
  PipesContextCreator,
} from '../nest-internals.js';
import { BoundEnhancersReader } from './bound-enhancers.js';
import { TaskFilters } from './task-filters.js';

/** Nest's own finders of enhancers, of which only those of the given families know of what is global to the app. */
export class EnhancerCreators {
  readonly guards: GuardsContextCreator;
  readonly interceptors: InterceptorsContextCreator;
  readonly pipes: PipesContextCreator;
  readonly filters: TaskFilters;
  /** What methods and their classes name themselves. */
  readonly bound = new BoundEnhancersReader();

  constructor(
    private readonly container: NestContainer,
    private readonly globals: readonly EnhancerFamily[],
  ) {
    const config = (family: EnhancerFamily): ApplicationConfig | undefined =>
      globals.includes(family) ? container.applicationConfig : undefined;
    this.guards = new GuardsContextCreator(container, config('guards'));
    this.interceptors = new InterceptorsContextCreator(container, config('interceptors'));
    this.pipes = new PipesContextCreator(container, config('pipes'));
    this.filters = new TaskFilters(container, config('filters'));
  }

  /** Whether anything global of the family stands around tasks. */
  hasGlobal(family: EnhancerFamily): boolean {
    const { applicationConfig } = this.container;
    return (
      applicationConfig !== undefined &&
      this.globals.includes(family) &&
      globalsOf(applicationConfig, family).length > 0
    );
  }

  /** Global ones that have to be made for each job. */
  scopedGlobals(): readonly InstanceWrapper[] {
    const { applicationConfig } = this.container;
    if (applicationConfig === undefined) return [];
    return this.globals.flatMap((family) => scopedGlobalsOf(applicationConfig, family));
  }
}

function globalsOf(config: ApplicationConfig, family: EnhancerFamily): readonly unknown[] {
  const all = {
    guards: () => config.getGlobalGuards(),
    interceptors: () => config.getGlobalInterceptors(),
    pipes: () => config.getGlobalPipes(),
    filters: () => config.getGlobalFilters(),
  };
  return [...all[family](), ...scopedGlobalsOf(config, family)];
}

function scopedGlobalsOf(config: ApplicationConfig, family: EnhancerFamily): readonly InstanceWrapper[] {
  const scoped = {
    guards: () => config.getGlobalRequestGuards(),
    interceptors: () => config.getGlobalRequestInterceptors(),
    pipes: () => config.getGlobalRequestPipes(),
    filters: () => config.getGlobalRequestFilters(),
  };
  return scoped[family]() as readonly InstanceWrapper[];
}
