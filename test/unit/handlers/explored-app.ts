import type { ModuleMetadata } from '@nestjs/common';
import {
  DiscoveryModule,
  DiscoveryService,
  MetadataScanner,
  ModuleRef,
  ModulesContainer,
} from '@nestjs/core';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import type { EnhancerFamily } from '../../../lib/contract/index.js';
import { TaskMetadataAccessor } from '../../../lib/decorators/index.js';
import { TaskEvents } from '../../../lib/events/index.js';
import {
  handlerDecorators,
  ListenerExplorer,
  NestHandlerFactory,
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

  /** @param globals Families whose global members stand around tasks. */
  exploreTasks(globals: readonly EnhancerFamily[] = []): this {
    const explorer = new TaskExplorer(
      this.sites(),
      new TaskMetadataAccessor(),
      new NestHandlerFactory(this.module.get(ModuleRef), globals),
      this.registry,
      () => handlerDecorators(this.module.get(ModulesContainer)),
    );
    explorer.explore();
    return this;
  }

  exploreListeners(): this {
    new ListenerExplorer(this.sites(), new TaskMetadataAccessor(), this.events, this.queues).explore();
    return this;
  }

  private sites(): ProviderSites {
    return new ProviderSites(this.module.get(DiscoveryService), new MetadataScanner());
  }
}
