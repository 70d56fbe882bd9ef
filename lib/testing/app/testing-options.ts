import type { ResolvedOptions } from '../../config/index.js';
import type { TaskBackendFactory } from '../../contract/index.js';
import { createMemoryBackend } from '../../backends/index.js';
import { recorded } from './recorded-backend.js';
import type { TestingStage } from './testing-stage.js';

const TYPE = 'memory-of-a-test';

/**
 * The options of an app, for a test of it: every broker is one in memory, time stands still, and nothing starts by
 * itself, neither workers nor work beside the jobs. The rest stays what it is: queues, limits, retries, timeouts, middleware, codec.
 */
export function testingOptions(
  options: ResolvedOptions,
  { clock, onEnqueued }: TestingStage,
): ResolvedOptions {
  const factory: TaskBackendFactory = (entry) => recorded(createMemoryBackend(entry), onEnqueued);
  return {
    ...options,
    enabled: true,
    role: 'both',
    backends: options.backends.map((backend) => ({
      ...backend,
      type: TYPE,
      url: undefined,
      options: {},
      state: undefined,
    })),
    backendTypes: { ...options.backendTypes, [TYPE]: factory },
    worker: { ...options.worker, autoStart: false },
    background: { ...options.background, autoStart: false },
    clock,
  };
}
