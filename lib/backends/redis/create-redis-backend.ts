import type { TaskBackend, TaskBackendOptions } from '../../contract/index.js';
import { RedisConnections } from './redis-connections.js';
import { RedisQueueBackend } from './redis-queue-backend.js';
import { RedisStateBackend } from './redis-state-backend.js';
import { resolveRedisOptions } from './resolve-redis-options.js';

/**
 * The factory of the type `redis`: both interfaces on one set of connections. What `url` and `options` may say stands at
 * `RedisBackendOptions`; `ioredis` is loaded when the backend is opened.
 *
 * @throws InvalidBackendError naming every option that cannot be used
 *
 * @example
 * TasksModule.forRoot({ backend: { type: 'redis', url: 'redis://localhost:6379' } });
 */
export function createRedisBackend(options: TaskBackendOptions): TaskBackend {
  const connections = new RedisConnections(resolveRedisOptions(options));
  return { queue: new RedisQueueBackend(connections), state: new RedisStateBackend(connections) };
}
