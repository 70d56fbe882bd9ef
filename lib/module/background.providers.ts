import type { FactoryProvider } from '@nestjs/common';
import { BackgroundTaskManager, ScheduledWorkers } from '../background/index.js';
import type { ResolvedOptions } from '../config/index.js';
import { TaskMetadataAccessor } from '../decorators/index.js';
import { ProviderSites } from '../handlers/index.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** What runs beside the jobs. */
export const backgroundProviders: readonly FactoryProvider[] = [
  // Needs nothing: a factory of the module's options may inject a provider that needs it.
  { provide: BackgroundTaskManager, useFactory: () => new BackgroundTaskManager() },
  {
    provide: ScheduledWorkers,
    inject: [ProviderSites, BackgroundTaskManager, TaskMetadataAccessor, RESOLVED_OPTIONS],
    useFactory: (
      sites: ProviderSites,
      manager: BackgroundTaskManager,
      accessor: TaskMetadataAccessor,
      options: ResolvedOptions,
    ) => {
      const { clock, background } = options;
      manager.configure({ clock, shutdownTimeout: background.shutdownTimeout });
      // A `@Cron()` that is adopted may be background work as well.
      const plain = options.scheduler.adoptCron ? new TaskMetadataAccessor() : accessor;
      return new ScheduledWorkers(sites, manager, plain);
    },
  },
];
