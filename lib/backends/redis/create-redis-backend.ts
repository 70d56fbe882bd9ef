import type { TaskBackend, TaskBackendOptions } from '../../contract/index.js';
import { diagnose, queueNames } from './look-around.js';
import { RedisConnections } from './redis-connections.js';
import { redisDriver } from './redis-driver.js';
import { RedisQueueBackend } from './redis-queue-backend.js';
import { RedisStateBackend } from './redis-state-backend.js';
import { redisOptionProblems, resolveRedisOptions } from './resolve-redis-options.js';

/**
 * The factory of the type `redis`: both interfaces on one set of connections. What `url` and `options` may say stands at
 * `RedisBackendOptions`; `ioredis` is looked for here and loaded when the backend is opened.
 *
 * @throws InvalidBackendError naming every option that cannot be used; MissingPeerError when `ioredis` is not installed
 *
 * @example
 * TasksModule.forRoot({ backend: { type: 'redis', url: 'redis://localhost:6379' } });
 */
export function createRedisBackend(options: TaskBackendOptions): TaskBackend {
  const settings = resolveRedisOptions(options);
  if (settings.target.kind !== 'client') redisDriver.assertInstalled();
  const { logger } = options;
  const connections = new RedisConnections(settings, logger && ((message) => logger.warn(message)));
  const lookout = connections.session();
  return {
    queue: new RedisQueueBackend(connections),
    state: new RedisStateBackend(connections),
    queueNames: () => queueNames(connections, lookout),
    diagnose: () => diagnose(connections, lookout),
  };
}

createRedisBackend.check = redisOptionProblems;
