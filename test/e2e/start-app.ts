import type { ModuleMetadata } from '@nestjs/common';
import { CapturingLogger, Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { onTestFinished } from 'vitest';

export interface StartOptions {
  readonly logger?: CapturingLogger;
  readonly change?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

/** Boots a Nest application, and closes it when the test is over. */
export async function startApp(metadata: ModuleMetadata, options: StartOptions = {}): Promise<TestingModule> {
  const { logger = new CapturingLogger(), change = (builder) => builder } = options;
  const app = await change(Test.createTestingModule(metadata).setLogger(logger)).compile();
  onTestFinished(() => app.close());
  await app.init();
  return app;
}
