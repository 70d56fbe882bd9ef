import { randomBytes } from 'node:crypto';
import type { Ms, Payload, StateEntry, StateValue, ValueVersion } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import { concatPacked, packPayload, unpackPayload } from './packed-payload.js';
import type { RedisArgument, RedisCommandCall, RedisSession } from './redis-session.js';
import type { StateKeys } from './state-keys.js';
import type { StateScripts } from './state-scripts.js';

/** Characters of a version. */
const VERSION_LENGTH = 16;

/**
 * Values with versions and a time to live: a string each, its version before what is kept. A version is random, so one that
 * a value had once does not come back, not even when the value was deleted in between.
 */
export class RedisValues {
  constructor(
    private readonly session: RedisSession,
    private readonly keys: StateKeys,
    private readonly scripts: StateScripts,
    /** Keys of one command have to be in one slot. */
    private readonly isCluster: boolean,
  ) {}

  async get(keys: readonly string[]): Promise<(StateValue | undefined)[]> {
    if (keys.length === 0) return [];
    const names = keys.map((key) => this.keys.value(key));
    const stored = this.isCluster
      ? await this.session.callAll(names.map((name) => ['get', name]))
      : await this.session.callBuffer('mget', ...names);
    return (stored as (Buffer | null)[]).map(toValue);
  }

  async set(entries: readonly StateEntry[]): Promise<void> {
    const calls = entries.map(({ key, value, ttl }): RedisCommandCall => {
      const name = this.keys.value(key);
      const life = lifeOf(ttl);
      if (life === '0') return ['del', name];
      const written = versioned(value);
      return life === '' ? ['set', name, written] : ['set', name, written, 'PX', life];
    });
    if (calls.length > 0) await this.session.callAll(calls);
  }

  async delete(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const names = keys.map((key) => this.keys.value(key));
    if (!this.isCluster) return Number(await this.session.call('unlink', ...names));
    const counts = await this.session.callAll(names.map((name) => ['unlink', name]));
    return (counts as number[]).reduce((sum, count) => sum + count, 0);
  }

  async compareAndSet(
    key: string,
    expected: ValueVersion | null,
    value: Payload,
    ttl?: Ms,
  ): Promise<boolean> {
    // No version is empty, so it means that there is none.
    if (expected === '') return false;
    const args = [expected ?? '', versioned(value), lifeOf(ttl)];
    return (await this.session.run(this.scripts.compareAndSet, [this.keys.value(key)], args)) === 1;
  }

  async increment(key: string, by: number, ttl?: Ms): Promise<number> {
    const sum = Number.isSafeInteger(by)
      ? await this.session.run(
          this.scripts.increment,
          [this.keys.value(key)],
          [by, newVersion(), lifeOf(ttl)],
        )
      : null;
    if (sum === null) {
      throw new TaskValidationError(`"${key}" cannot be raised by ${by}: only whole numbers are counted.`);
    }
    return Number(sum);
  }
}

const versioned = (value: Payload): RedisArgument => concatPacked(newVersion(), packPayload(value));

const newVersion = (): ValueVersion => randomBytes((VERSION_LENGTH * 3) / 4).toString('base64url');

function toValue(stored: Buffer | null): StateValue | undefined {
  const value = stored === null ? undefined : unpackPayload(stored, VERSION_LENGTH);
  if (stored === null || value === undefined) return undefined;
  return { value, version: stored.toString('latin1', 0, VERSION_LENGTH) };
}

/** Whole milliseconds as text; empty: no end, `0`: over already. */
function lifeOf(ttl: Ms | undefined): string {
  if (ttl === undefined || ttl === Infinity) return '';
  return String(Math.max(0, Math.ceil(ttl)));
}
