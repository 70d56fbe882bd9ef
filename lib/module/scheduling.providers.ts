import { type FactoryProvider, Logger } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { BackendSet } from '../backends/index.js';
import type { ResolvedOptions } from '../config/index.js';
import { TaskMetadataAccessor } from '../decorators/index.js';
import { ProviderSites } from '../handlers/index.js';
import { QueueSide } from '../queue/index.js';
import { ScheduleExplorer, Scheduling, TaskScheduler } from '../scheduling/index.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** What fires by the clock. */
export const schedulingProviders: readonly FactoryProvider[] = [
  {
    provide: Scheduling,
    inject: [RESOLVED_OPTIONS, BackendSet, QueueSide, ProviderSites, TaskMetadataAccessor, DiscoveryService],
    useFactory: (
      options: ResolvedOptions,
      { primary }: BackendSet,
      side: QueueSide,
      sites: ProviderSites,
      accessor: TaskMetadataAccessor,
      discovery: DiscoveryService,
    ) =>
      new Scheduling({
        options,
        primary,
        side,
        discovery,
        explorer: new ScheduleExplorer(sites, accessor),
        logger: new Logger('TaskScheduler'),
      }),
  },
  {
    provide: TaskScheduler,
    inject: [Scheduling],
    useFactory: ({ scheduler }: Scheduling) => scheduler,
  },
];
