import type { InjectionToken } from '@nestjs/common';
import type { ResolvedOptions } from '../config/index.js';
import type { TasksModuleOptions } from '../contract/index.js';

/** What `forRoot` was given. A text, as is the next: Nest cannot name a symbol in its error about a circular dependency. */
export const GIVEN_OPTIONS: InjectionToken<TasksModuleOptions> = 'nestjs-tasks:GivenOptions';

/** The same, checked and complete, with the queues of all features. */
export const RESOLVED_OPTIONS: InjectionToken<ResolvedOptions> = 'nestjs-tasks:Options';

/** Changes the resolved options before anything is made of them. */
export type OptionsOverlay = (resolved: ResolvedOptions) => ResolvedOptions;

/** Where a module that tests an app provides one; in an app itself nobody does. */
export const OPTIONS_OVERLAY: InjectionToken<OptionsOverlay> = Symbol('TasksOptionsOverlay');
