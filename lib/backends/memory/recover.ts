import type { Recovery } from '../../contract/index.js';
import type { MemoryStore } from './memory-store.js';
import { doOverdue } from './overdue.js';

/** Does what is overdue on every queue. */
export function recoverAll(store: MemoryStore, now: number): Recovery {
  let recovered = 0;
  let next = Infinity;
  for (const queue of store.all()) recovered += doOverdue(queue, now);
  for (const queue of store.all()) next = Math.min(next, queue.nextMoment());
  const nextInMs = next === Infinity ? undefined : Math.max(0, Math.ceil(next - now));
  return { recovered, nextInMs, ended: store.ended.tell() };
}
