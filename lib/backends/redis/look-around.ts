import type { BackendFinding } from '../../contract/index.js';
import { clockFindings } from '../clock-skew.js';
import type { RedisConnections } from './redis-connections.js';
import type { RedisSession } from './redis-session.js';
import { findingsOf } from './server-check.js';

/** Keys that one step of a scan looks at. */
const STEP = 5_000;

/**
 * The queues that have keys under the prefix, as the server calls them. Goes through all keys of the server, without blocking it.
 * A server is asked here, not a cluster: there each node has keys of its own.
 */
export async function queueNames(connections: RedisConnections, session: RedisSession): Promise<string[]> {
  const [open, close] = [`${connections.prefix}:{`, '}:meta'];
  const names = new Set<string>();
  await session.with(async (client) => {
    for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
      const pattern = `${connections.prefix.replace(/[*?[\]\\]/g, '\\$&')}:{*}:meta`;
      for await (const keys of node.scanStream({ match: pattern, count: STEP })) {
        for (const key of keys as string[]) names.add(key.slice(open.length, -close.length));
      }
    }
  });
  return [...names].toSorted();
}

/** What is not as it should be, asked of the server now. */
export async function diagnose(
  connections: RedisConnections,
  session: RedisSession,
): Promise<BackendFinding[]> {
  const askedAt = Date.now();
  const [seconds, micros] = (await session.call('time')) as [string, string];
  const heardAt = Date.now();
  const store = Number(seconds) * 1_000 + Number(micros) / 1_000;
  const { server } = connections;
  return [...(server === undefined ? [] : findingsOf(server)), ...clockFindings({ store, askedAt, heardAt })];
}
