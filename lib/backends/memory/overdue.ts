import { loseLease } from './lost-lease.js';
import type { MemoryQueue } from './memory-queue.js';

/**
 * Does what is overdue on a queue: due jobs, lost leases and moments of key limiters in the order in which they were
 * due, then what is kept too long. @returns how many leases were lost.
 */
export function doOverdue(queue: MemoryQueue, now: number): number {
  let lost = 0;
  for (;;) {
    const due = queue.due.earliest();
    const expiry = queue.leases.earliest();
    const keyed = queue.keys?.nextGrantAt() ?? Infinity;
    const earliest = Math.min(due, expiry, keyed);
    // Not the other way round: no moment that is none may keep it looking for ever.
    if (!(earliest <= now)) break;
    if (due === earliest) promote(queue, now);
    else if (expiry === earliest) lost += loseNext(queue, now);
    else queue.keys?.letInDue(now);
  }
  queue.keys?.forgetFull(now);
  queue.trim(now);
  queue.jobs.expire(now);
  queue.idempotency.expire(now);
  queue.unique.expire(now);
  queue.quietUntil = nextDuty(queue);
  return lost;
}

/** The earliest moment at which anything of a queue is overdue. */
function nextDuty(queue: MemoryQueue): number {
  return Math.min(
    queue.nextMoment(),
    queue.keys?.nextRefillAt() ?? Infinity,
    queue.finished.nextAt(),
    queue.jobs.nextAt(),
    queue.idempotency.nextAt(),
    queue.unique.nextAt(),
  );
}

function promote(queue: MemoryQueue, now: number): void {
  const entry = queue.due.first();
  if (entry === undefined) return;
  queue.due.remove(entry);
  if (entry.rare !== undefined) entry.rare.awaits = undefined;
  queue.admit(entry, now);
}

function loseNext(queue: MemoryQueue, now: number): number {
  const entry = queue.leases.first();
  if (entry === undefined) return 0;
  loseLease(entry, now);
  return 1;
}
