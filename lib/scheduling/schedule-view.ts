import type { CodecSet } from '../codecs/index.js';
import type { Schedule, StoredSchedule } from '../contract/index.js';
import type { CronShelf } from './cron/cron-shelf.js';
import type { ScheduleMark } from './schedule-marks.js';
import { planOf } from './schedule-record.js';
import { readPayload } from './stored-payload.js';
import { timingOf } from './timing.js';

/** A schedule as a user sees it. @param now The store's time. */
export function viewOf(
  { record }: StoredSchedule,
  mark: ScheduleMark | undefined,
  { now, shelf, codecs }: { readonly now: number; readonly shelf: CronShelf; readonly codecs: CodecSet },
): Schedule {
  const plan = planOf(record);
  const { payload: stored, at, ...settings } = plan;
  const after = Math.max(record.from, mark?.done ?? 0, plan.at === undefined ? now : 0);
  const next = plan.enabled ? timingOf(plan, shelf).after(after) : undefined;
  const payload = readPayload(stored, codecs, record.name);
  const { run } = mark ?? {};
  return {
    ...settings,
    name: record.name,
    ...(at === undefined ? {} : { at: new Date(at) }),
    ...(payload === undefined ? {} : { payload }),
    source: record.source,
    edited: record.edits !== undefined,
    updatedAt: new Date(record.updatedAt),
    ...(run === undefined
      ? {}
      : { lastRun: { queue: run.queue, id: run.id, slot: new Date(run.slot), lateness: run.lateness } }),
    ...(next === undefined ? {} : { nextRun: new Date(next) }),
  };
}
