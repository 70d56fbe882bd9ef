import type { FactoryProvider } from '@nestjs/common';
import { BackgroundTaskManager, ScheduledWorkers } from './background/index.js';
import type { ResolvedOptions } from './config/index.js';
import { ProviderSites } from './handlers/index.js';
import { RESOLVED_OPTIONS } from './tasks.tokens.js';

/** What runs beside the jobs. */
export const backgroundProviders: readonly FactoryProvider[] = [
  {
    provide: BackgroundTaskManager,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ clock, background: { shutdownTimeout } }: ResolvedOptions) =>
      new BackgroundTaskManager({ clock, shutdownTimeout }),
  },
  {
    provide: ScheduledWorkers,
    inject: [ProviderSites, BackgroundTaskManager],
    useFactory: (sites: ProviderSites, manager: BackgroundTaskManager) =>
      new ScheduledWorkers(sites, manager),
  },
];
