import { parse } from 'secure-json-parse';
import type { Payload, SchedulePlan, ScheduleRecord } from '../contract/index.js';
import { sameTiming } from './schedule-plan.js';

/** The version of the stored form. */
const VERSION = 1;

/** How it fires now. */
export const planOf = ({ plan, edits }: ScheduleRecord): SchedulePlan =>
  edits === undefined ? plan : { ...withoutTiming(plan, edits), ...edits };

/** Another timing takes the place of the whole one that was there. */
function withoutTiming(plan: SchedulePlan, edits: Partial<SchedulePlan>): SchedulePlan {
  const isTimed = edits.cron !== undefined || edits.every !== undefined || edits.at !== undefined;
  return isTimed ? { ...plan, cron: undefined, every: undefined, at: undefined } : plan;
}

/** The record with another plan or other edits; a new timing, or being switched on, begins at that moment. */
export function changedRecord(
  record: ScheduleRecord,
  changes: Partial<Pick<ScheduleRecord, 'plan' | 'edits' | 'source'>>,
  now: number,
): ScheduleRecord {
  const changed = { ...record, ...changes, updatedAt: now };
  const [before, after] = [planOf(record), planOf(changed)];
  const isNew = !sameTiming(before, after) || (!before.enabled && after.enabled);
  return isNew ? { ...changed, from: now } : changed;
}

export const encodeRecord = (record: ScheduleRecord): string => JSON.stringify({ v: VERSION, ...record });

/** @returns undefined for what this release did not write and cannot read */
export function decodeRecord(stored: Payload): ScheduleRecord | undefined {
  const data = readData(stored) as (ScheduleRecord & { readonly v?: unknown }) | undefined;
  if (typeof data?.name !== 'string' || typeof data.plan !== 'object' || data.plan === null) return undefined;
  if (typeof data.v !== 'number' || data.v > VERSION || typeof data.from !== 'number') return undefined;
  const { v: _version, ...record } = data;
  return record;
}

/** @returns undefined for what is no JSON object */
export function readData(stored: Payload): object | undefined {
  const text = typeof stored === 'string' ? stored : Buffer.from(stored).toString();
  try {
    const data: unknown = parse(text, undefined, { protoAction: 'remove', constructorAction: 'remove' });
    return typeof data === 'object' && data !== null ? data : undefined;
  } catch {
    return undefined;
  }
}
