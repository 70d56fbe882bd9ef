import type { Ms } from '../../contract/index.js';
import type { MemoryStore } from './memory-store.js';
import { doOverdue } from './overdue.js';

/** Does what is overdue on every queue. */
export function recoverAll(store: MemoryStore, now: number): { recovered: number; nextInMs?: Ms } {
  let recovered = 0;
  let next = Infinity;
  for (const queue of store.all()) recovered += doOverdue(queue, now);
  for (const queue of store.all()) next = Math.min(next, queue.nextMoment());
  return next === Infinity ? { recovered } : { recovered, nextInMs: Math.max(0, Math.ceil(next - now)) };
}
