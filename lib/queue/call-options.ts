import { types } from 'node:util';
import { HIGHEST_PRIORITY, LOWEST_PRIORITY, type EnqueueOptions } from '../contract/index.js';
import { assertJobId, assertKey, didYouMean, toMs } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { readHeaders } from './job-headers.js';

/** The options of one call. `name` and `payload` stand in a request, `queue` in a call that chooses its queue. */
export const CALL_OPTIONS = [
  'id',
  'priority',
  'delay',
  'scheduleAt',
  'maxRetries',
  'timeout',
  'idempotencyKey',
  'dependsOn',
  'headers',
  'tx',
] as const satisfies readonly (keyof EnqueueOptions)[];

/** Keys that some form of a call has beside its options. */
export type ExtraKey = 'name' | 'payload' | 'queue';

/** What a call says, checked; what it does not say is undefined. `dependsOn` is resolved elsewhere. */
export interface CallOptions {
  id: string | undefined;
  priority: number | undefined;
  /** Milliseconds from the enqueue. */
  delay: number | undefined;
  /** Epoch milliseconds: the store compares it with its own clock. */
  dueAt: number | undefined;
  maxRetries: number | undefined;
  /** Milliseconds. */
  timeout: number | undefined;
  idempotencyKey: string | undefined;
  headers: Readonly<Record<string, string>> | undefined;
}

const MOST_RETRIES = 1_000_000;

/** Most calls have no options. */
export const NO_OPTIONS: CallOptions = Object.freeze({
  id: undefined,
  priority: undefined,
  delay: undefined,
  dueAt: undefined,
  maxRetries: undefined,
  timeout: undefined,
  idempotencyKey: undefined,
  headers: undefined,
});

/**
 * Checks the options of one call. By hand, not by schema: this runs for every job.
 *
 * @throws InvalidOptionError for an unknown key or a value out of range, InvalidDurationError, InvalidNameError
 */
export function readCallOptions(options: EnqueueOptions, extra: readonly ExtraKey[] = []): CallOptions {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const read: CallOptions = { ...NO_OPTIONS };
  const { delay, scheduleAt } = options;
  if (delay !== undefined && scheduleAt !== undefined) {
    throw invalid('scheduleAt', 'cannot be given together with `delay`');
  }
  for (const key of Object.keys(options)) {
    const value = (options as Record<string, unknown>)[key];
    if (value === undefined) continue;
    switch (key as keyof EnqueueOptions) {
      case 'id':
        assertJobId(value);
        read.id = value;
        break;
      case 'priority':
        read.priority = whole(key, value, LOWEST_PRIORITY, HIGHEST_PRIORITY);
        break;
      case 'delay':
        if (types.isDate(value)) read.dueAt = momentOf(key, value);
        else read.delay = toMs(value as string, key);
        break;
      case 'scheduleAt':
        read.dueAt = momentOf(key, value);
        break;
      case 'maxRetries':
        read.maxRetries = whole(key, value, 0, MOST_RETRIES);
        break;
      case 'timeout':
        read.timeout = positive(key, toMs(value as string, key));
        break;
      case 'idempotencyKey':
        assertKey(value);
        read.idempotencyKey = value;
        break;
      case 'headers':
        read.headers = readHeaders(value);
        break;
      case 'dependsOn':
        break;
      case 'tx':
        // It belongs to a call, not to one request of several.
        if (extra.includes('name')) throw invalid(key, 'stands in the options of the whole call');
        break;
      default:
        if (!(extra as readonly string[]).includes(key)) throw unknownOption(key);
    }
  }
  return read;
}

/** Epoch milliseconds of a moment. @throws InvalidOptionError for what is no valid Date */
export function momentOf(path: string, moment: unknown): number {
  const at = types.isDate(moment) ? moment.getTime() : Number.NaN;
  if (Number.isNaN(at)) throw invalid(path, 'must be a valid Date');
  return at;
}

function whole(path: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw invalid(path, `must be a whole number, ${least} to ${most}`);
}

function positive(path: string, value: number): number {
  if (value > 0) return value;
  throw invalid(path, 'must be more than 0 ms');
}

function unknownOption(key: string): InvalidOptionError {
  if (key === 'queue') {
    return invalid(key, 'is chosen by `TaskManager.enqueue` or `applyAsync`, not by the options of a call');
  }
  return invalid(key, `is not an option.${didYouMean(key, CALL_OPTIONS)}`);
}

function invalid(path: string, message: string): InvalidOptionError {
  return new InvalidOptionError([{ path, message }]);
}
