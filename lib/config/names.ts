import { InvalidNameError } from '../errors/index.js';

/** Names end up in keys, statements and routing patterns of every broker: nothing in them has a meaning anywhere. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u;
const JOB_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/u;
/** A key is the user's own data (an address, an order number), stored as a value: only what some store cannot keep is refused. */
const KEY = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

export function isJobId(value: unknown): value is string {
  return typeof value === 'string' && JOB_ID.test(value);
}

/** @throws InvalidNameError unless it is 1–128 of `A–Z a–z 0–9 . _ -`, beginning with a letter or digit */
export function assertTaskName(name: unknown): asserts name is string {
  if (!isName(name)) throw new InvalidNameError('task', name);
}

/** @throws InvalidNameError unless it is 1–128 of `A–Z a–z 0–9 . _ -`, beginning with a letter or digit */
export function assertQueueName(name: unknown): asserts name is string {
  if (!isName(name)) throw new InvalidNameError('queue', name);
}

/** @throws InvalidNameError unless it is 1–128 of `A–Z a–z 0–9 . _ -`, beginning with a letter or digit */
export function assertScheduleName(name: unknown): asserts name is string {
  if (!isName(name)) throw new InvalidNameError('schedule', name);
}

/** @throws InvalidNameError unless it is 1–128 of `A–Z a–z 0–9 . _ : -`, beginning with a letter or digit */
export function assertJobId(id: unknown): asserts id is string {
  if (!isJobId(id)) throw new InvalidNameError('job id', id);
}

/** @throws InvalidNameError unless it is 1–255 characters of well-formed text without control characters */
export function assertKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || !KEY.test(key)) throw new InvalidNameError('key', key);
}
