import type { InjectionToken } from '@nestjs/common';
import type { ResolvedOptions } from './config/index.js';
import type { TasksModuleOptions } from './contract/index.js';

/** What `forRoot` was given. */
export const GIVEN_OPTIONS: InjectionToken<TasksModuleOptions> = Symbol('TasksModuleOptions');

/** The same, checked and complete, with the queues of all features. */
export const RESOLVED_OPTIONS: InjectionToken<ResolvedOptions> = Symbol('ResolvedTasksOptions');

/** Changes the resolved options before anything is made of them. */
export type OptionsOverlay = (resolved: ResolvedOptions) => ResolvedOptions;

/** Where a module that tests an app provides one; in an app itself nobody does. */
export const OPTIONS_OVERLAY: InjectionToken<OptionsOverlay> = Symbol('TasksOptionsOverlay');
