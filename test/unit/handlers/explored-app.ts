import type { ModuleMetadata } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { TaskMetadataAccessor } from '../../../lib/decorators/index.js';
import { TaskEvents } from '../../../lib/events/index.js';
import {
  DirectHandlerFactory,
  ListenerExplorer,
  ProviderSites,
  TaskExplorer,
} from '../../../lib/handlers/index.js';
import { RegistryDouble } from './registry-double.js';

/** A Nest application whose providers the explorers can be sent through. */
export class ExploredApp extends RegistryDouble {
  readonly events = new TaskEvents();

  private constructor(readonly module: TestingModule) {
    super();
  }

  static async of(
    metadata: ModuleMetadata,
    change: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
  ): Promise<ExploredApp> {
    const builder = Test.createTestingModule({
      ...metadata,
      imports: [DiscoveryModule, ...(metadata.imports ?? [])],
    });
    return new ExploredApp(await change(builder).compile());
  }

  exploreTasks(): this {
    const explorer = new TaskExplorer(
      this.sites(),
      new TaskMetadataAccessor(),
      new DirectHandlerFactory(),
      this.registry,
    );
    explorer.explore();
    return this;
  }

  exploreListeners(): this {
    new ListenerExplorer(this.sites(), new TaskMetadataAccessor(), this.events).explore();
    return this;
  }

  private sites(): ProviderSites {
    return new ProviderSites(this.module.get(DiscoveryService), new MetadataScanner());
  }
}
