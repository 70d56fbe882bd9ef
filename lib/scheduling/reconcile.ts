import type {
  ScheduleChangedEvent,
  ScheduleRecord,
  SchedulerStore,
  StoredSchedule,
} from '../contract/index.js';
import type { DeclaredSchedule } from './schedule-explorer.js';
import type { ScheduleMarks } from './schedule-marks.js';
import { sameData } from './schedule-plan.js';
import { changedRecord } from './schedule-record.js';

export interface ReconcileParts {
  readonly store: SchedulerStore;
  readonly marks: ScheduleMarks;
  /** The store's time. */
  readonly now: () => number;
  /** Whether what was changed at run time gives way to the code. */
  readonly overwriteEdits: boolean;
  readonly onChange: (schedule: string, change: ScheduleChangedEvent['change']) => void;
}

/**
 * Brings what is stored in line with what the code declares: adds, changes, removes. What a person has changed at run time stays on top of
 * a changed declaration, and what was added at run time is left alone. A process that declares nothing removes nothing: it may be one that
 * only enqueues. Processes that boot at once end up with the same.
 */
export async function reconcile(
  declared: ReadonlyMap<string, DeclaredSchedule>,
  parts: ReconcileParts,
): Promise<void> {
  if (declared.size === 0) return;
  const stored = new Map((await parts.store.list()).map((one) => [one.record.name, one]));
  for (const one of declared.values()) await declare(one, stored.get(one.name), parts);
  for (const [name, { record }] of stored) {
    if (declared.has(name) || record.source !== 'code') continue;
    if (await parts.store.remove(name)) {
      await parts.marks.forget(name);
      parts.onChange(name, 'removed');
    }
  }
}

async function declare(
  { name, plan }: DeclaredSchedule,
  stored: StoredSchedule | undefined,
  parts: ReconcileParts,
): Promise<void> {
  for (let found = stored; ; found = await parts.store.get(name)) {
    const record = declaredRecord(name, plan, found?.record, parts);
    if (record === undefined) return;
    if (await parts.store.write(record, found?.version ?? null)) {
      return parts.onChange(name, found === undefined ? 'added' : 'updated');
    }
  }
}

/** @returns undefined when it is there as it is declared */
function declaredRecord(
  name: string,
  plan: DeclaredSchedule['plan'],
  found: ScheduleRecord | undefined,
  { now, overwriteEdits }: ReconcileParts,
): ScheduleRecord | undefined {
  if (found === undefined) {
    const at = now();
    return { name, source: 'code', plan, from: at, updatedAt: at };
  }
  const edits = overwriteEdits ? undefined : found.edits;
  const isSame = found.source === 'code' && sameData(found.plan, plan) && sameData(found.edits, edits);
  return isSame ? undefined : changedRecord(found, { plan, edits, source: 'code' }, now());
}
