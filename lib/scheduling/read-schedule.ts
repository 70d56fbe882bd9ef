import { types } from 'node:util';
import type {
  ScheduleCatchUp,
  ScheduleChanges,
  ScheduleDefinition,
  SchedulePlan,
  ScheduleSettings,
  StoredPayload,
} from '../contract/index.js';
import { HIGHEST_PRIORITY, LOWEST_PRIORITY } from '../contract/index.js';
import {
  assertKnownKeys,
  assertQueueName,
  assertScheduleName,
  assertTaskName,
  toMs,
} from '../config/index.js';
import { InvalidOptionError, InvalidScheduleError } from '../errors/index.js';
import { assertZone } from './cron/cron-expression.js';
import { CronPattern } from './cron/cron-pattern.js';

/** The least `every`. */
export const RESOLUTION = 1_000;
/** Firings that one schedule can catch up on. */
const MOST_CAUGHT_UP = 10_000;

const SETTINGS = [
  'timezone',
  'payload',
  'queue',
  'priority',
  'maxRetries',
  'timeout',
  'overlap',
  'catchUp',
  'jitter',
  'dependsOn',
  'enabled',
] as const satisfies readonly (keyof ScheduleSettings)[];
const TIMINGS = ['cron', 'every', 'at'] as const;
export const CHANGE_KEYS = [...TIMINGS, ...SETTINGS.filter((key) => key !== 'enabled'), 'task'] as const;

/** What a schedule takes over where it does not say. */
export interface ReadRules {
  readonly timezone: string;
  readonly store: (payload: unknown) => StoredPayload | undefined;
}

/**
 * A definition, checked and complete.
 * @throws InvalidScheduleError for a timing that makes no sense; InvalidOptionError, InvalidNameError and InvalidDurationError for what else
 * cannot be used
 */
export function readSchedule(given: ScheduleDefinition, rules: ReadRules): SchedulePlan {
  assertKnownKeys(given, ['name', 'task', ...TIMINGS, ...SETTINGS], 'schedule');
  assertScheduleName(given.name);
  const timed = TIMINGS.filter((key) => given[key] !== undefined);
  if (timed.length !== 1) {
    const told = timed.length === 0 ? 'none is given' : `${timed.join(' and ')} are`;
    throw new InvalidScheduleError(`Schedule "${given.name}" takes one of cron, every and at, and ${told}.`);
  }
  const read = readParts(given, rules);
  return {
    task: given.name,
    overlap: 'allow',
    // A single moment that was missed will not come again.
    catchUp: given.at === undefined ? 'skip' : 'last',
    jitter: 0,
    dependsOn: [],
    enabled: true,
    ...(given.cron === undefined ? {} : { timezone: rules.timezone }),
    ...read,
  };
}

/** Changes, checked; each replaces what is there. @throws as `readSchedule` */
export function readChanges(given: ScheduleChanges, rules: ReadRules): Partial<SchedulePlan> {
  assertKnownKeys(given, CHANGE_KEYS, 'changes');
  const timed = TIMINGS.filter((key) => given[key] !== undefined);
  if (timed.length > 1)
    throw new InvalidScheduleError(`One timing replaces another: ${timed.join(' and ')} are given.`);
  const read = readParts(given, rules);
  return read.cron === undefined || read.timezone !== undefined
    ? read
    : { ...read, timezone: rules.timezone };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readParts(
  given: ScheduleChanges & { task?: unknown; enabled?: unknown },
  rules: ReadRules,
): Partial<SchedulePlan> {
  const read: Mutable<Partial<SchedulePlan>> = {};
  const {
    cron,
    every,
    at,
    timezone,
    queue,
    priority,
    maxRetries,
    timeout,
    overlap,
    catchUp,
    jitter,
    enabled,
  } = given;
  if (cron !== undefined) read.cron = CronPattern.parse(cron).text;
  if (every !== undefined) read.every = intervalOf(every);
  if (at !== undefined) read.at = momentOf(at);
  if (timezone !== undefined) {
    assertZone(timezone);
    read.timezone = timezone;
  }
  if (given.task !== undefined) {
    assertTaskName(given.task);
    read.task = given.task;
  }
  if (given.payload !== undefined) read.payload = rules.store(given.payload);
  if (queue !== undefined) {
    assertQueueName(queue);
    read.queue = queue;
  }
  if (priority !== undefined) read.priority = whole('priority', priority, LOWEST_PRIORITY, HIGHEST_PRIORITY);
  if (maxRetries !== undefined) read.maxRetries = whole('maxRetries', maxRetries, 0, 1_000_000);
  if (timeout !== undefined)
    read.timeout = whole('timeout', toMs(timeout, 'timeout'), 1, Number.MAX_SAFE_INTEGER);
  if (overlap !== undefined) read.overlap = choice('overlap', overlap, ['allow', 'skip', 'replace']);
  if (catchUp !== undefined) read.catchUp = catchUpOf(catchUp);
  if (jitter !== undefined) read.jitter = toMs(jitter, 'jitter');
  if (read.jitter !== undefined && read.every !== undefined && read.jitter >= read.every) {
    throw new InvalidScheduleError(
      'A jitter as long as the interval itself would mix up the order: make it shorter.',
    );
  }
  if (given.dependsOn !== undefined) read.dependsOn = namesOf(given.dependsOn);
  if (enabled !== undefined) read.enabled = flag('enabled', enabled);
  return read;
}

function intervalOf(every: unknown): number {
  const ms = toMs(every as string, 'every');
  if (ms >= RESOLUTION) return ms;
  throw new InvalidScheduleError(
    `An interval of ${ms} ms is too short: \`every\` is at least ${RESOLUTION} ms.`,
  );
}

function momentOf(at: unknown): number {
  const moment = types.isDate(at) ? at.getTime() : Number.NaN;
  if (Number.isFinite(moment)) return moment;
  throw new InvalidScheduleError('`at` is no valid Date: there is no such moment.');
}

function catchUpOf(given: unknown): ScheduleCatchUp {
  if (given === 'skip' || given === 'last') return given;
  const { mode, max } = (given ?? {}) as { mode?: unknown; max?: unknown };
  if (mode === 'all') return { mode, max: whole('catchUp.max', max, 1, MOST_CAUGHT_UP) };
  throw invalid('catchUp', "must be 'skip', 'last' or { mode: 'all', max }");
}

function namesOf(given: unknown): readonly string[] {
  const names: readonly unknown[] = Array.isArray(given) ? (given as unknown[]) : [given];
  for (const name of names) assertScheduleName(name);
  return [...new Set(names as readonly string[])];
}

function whole(path: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw invalid(path, `must be a whole number, ${least} to ${most}`);
}

function choice<const T extends string>(path: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  throw invalid(path, `must be ${choices.map((one) => `'${one}'`).join(' or ')}`);
}

function flag(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(path, 'must be true or false');
}

const invalid = (path: string, message: string): InvalidOptionError =>
  new InvalidOptionError([{ path, message }]);
