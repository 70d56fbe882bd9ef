import type { QueueDefinition } from '../contract/index.js';
import type { ResolvedQueue, ResolvedRetention } from '../config/index.js';

/** What a backend is told of a queue. */
export function queueDefinition(queue: ResolvedQueue, retention: ResolvedRetention): QueueDefinition {
  const { name, brokerName, maxSize, concurrency, rateLimit } = queue;
  const { completedTtl, completedMax, failedTtl, failedMax } = retention;
  return {
    name,
    ...(brokerName === name ? {} : { brokerName }),
    ...(maxSize === undefined ? {} : { maxSize }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(concurrency === undefined ? {} : { concurrency }),
    retention: {
      completedTtl,
      ...(completedMax === undefined ? {} : { completedMax }),
      failedTtl,
      ...(failedMax === undefined ? {} : { failedMax }),
    },
  };
}
