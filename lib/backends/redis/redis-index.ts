import type { OrderedIndex } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import type { RedisArgument, RedisSession } from './redis-session.js';
import type { RedisScript } from './redis-script.js';

type Scored = { member: string; score: number };
type Range = NonNullable<Parameters<OrderedIndex['range']>[0]>;

const DEFAULT_LIMIT = 100;
/** Members that one command carries: a long command holds up everybody else. */
const BATCH = 1_000;

/** One ordered index: a sorted set. Equal scores are ordered by the bytes of their members. */
export class RedisIndex implements OrderedIndex {
  constructor(
    private readonly session: RedisSession,
    private readonly key: string,
    private readonly rangeScript: RedisScript,
  ) {}

  async add(members: readonly Scored[]): Promise<void> {
    const broken = members.find(({ score }) => Number.isNaN(score));
    if (broken !== undefined)
      throw new TaskValidationError(`The score of "${broken.member}" is not a number.`);
    for (const batch of batches(members)) {
      await this.session.call(
        'zadd',
        this.key,
        ...batch.flatMap(({ member, score }) => [toScore(score), member]),
      );
    }
  }

  async remove(members: readonly string[]): Promise<number> {
    let removed = 0;
    for (const batch of batches(members))
      removed += Number(await this.session.call('zrem', this.key, ...batch));
    return removed;
  }

  async range(options: Range = {}): Promise<Scored[]> {
    const { min = -Infinity, max = Infinity, limit = DEFAULT_LIMIT, reverse = false, after } = options;
    if (limit <= 0) return [];
    const [low, high] = [toScore(min), toScore(max)];
    if (after !== undefined) {
      const args = [low, high, limit, reverse ? 1 : 0, toScore(after.score), after.member];
      return toScored(await this.session.run(this.rangeScript, [this.key], args));
    }
    const bounds: RedisArgument[] = reverse ? [high, low, 'BYSCORE', 'REV'] : [low, high, 'BYSCORE'];
    return toScored(await this.session.call('zrange', this.key, ...bounds, 'LIMIT', 0, limit, 'WITHSCORES'));
  }

  async count(): Promise<number> {
    return Number(await this.session.call('zcard', this.key));
  }
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}

function toScore(score: number): string {
  if (Number.isFinite(score)) return String(score);
  return score > 0 ? '+inf' : '-inf';
}

function fromScore(text: string): number {
  const infinity = /^([+-]?)inf$/.exec(text);
  if (infinity === null) return Number(text);
  return infinity[1] === '-' ? -Infinity : Infinity;
}

function toScored(reply: unknown): Scored[] {
  const flat = reply as string[];
  return Array.from({ length: flat.length / 2 }, (_, place) => ({
    member: flat[place * 2] as string,
    score: fromScore(flat[place * 2 + 1] as string),
  }));
}
