import { Inject, Module, type ModuleMetadata, Optional, type Type } from '@nestjs/common';
import type { QueueOptions } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** What `TasksModule.forFeature()` takes. */
export interface TasksFeatureOptions {
  /** Classes with `@Task` or `@OnTaskEvent` methods. They become providers, and can be injected where the feature is imported. */
  readonly handlers?: readonly Type[] | undefined;
  /** Modules that export what the handlers need. */
  readonly imports?: ModuleMetadata['imports'];
  /** Queues that the feature adds to the app; a bare name is a queue on the primary backend. */
  readonly queues?: readonly (string | QueueOptions)[] | undefined;
}

/** The module behind each `TasksModule.forFeature()`. */
@Module({})
export class TasksFeatureModule {
  constructor(@Optional() @Inject(RESOLVED_OPTIONS) options?: unknown) {
    if (options !== undefined) return;
    throw new TaskRegistrationError(
      'TasksModule.forFeature() needs TasksModule.forRoot() in the root module of the app, which does not import it.',
    );
  }
}
