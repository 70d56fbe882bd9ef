import type { BackendSubscription, NewJob } from '../../contract/index.js';
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

/**
 * Tells who serves these queues in this process of jobs that are on their way to the server: a claim that is sent now arrives behind them, so
 * the first job of an idle queue starts one round trip after it was enqueued instead of two. The marker comes as well: this process may
 * have no room, or die.
 */
export function announceHere(connections: RedisConnections, keys: QueueKeys, jobs: readonly NewJob[]): void {
  let told: string | undefined;
  for (const { queue, delay, dueAt, dependsOn } of jobs) {
    if (queue === told || delay !== undefined || dueAt !== undefined || dependsOn !== undefined) continue;
    told = queue;
    connections.wakeHere(keys.key(queue, 'wake'));
  }
}
