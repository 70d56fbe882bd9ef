import type { BackendSubscription } from '../../contract/index.js';
import type { RedisConnections } from './redis-connections.js';
import type { QueueKeys } from './queue-keys.js';

/** Waits for the marker of a queue; without demand it is left for somebody else. */
export function subscribe(
  connections: RedisConnections,
  keys: QueueKeys,
  queue: string,
  demand: number,
  onAvailable: () => void,
): BackendSubscription {
  const listener = connections.onWake(keys.key(queue, 'wake'), onAvailable);
  listener.setActive(demand > 0);
  return {
    setDemand: (wanted) => listener.setActive(wanted > 0),
    close: () => listener.close(),
  };
}
