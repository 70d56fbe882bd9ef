import type { OrderedIndex } from '../../contract/index.js';
import { TaskValidationError } from '../../errors/index.js';
import type { DatabaseSession } from './database.js';
import type { StateStatements } from './state-statements.js';
import { storable } from './stored-text.js';

const DEFAULT_LIMIT = 100;
/** Members of one statement. */
const BATCH = 1_000;

type Range = NonNullable<Parameters<OrderedIndex['range']>[0]>;
type Scored = Awaited<ReturnType<OrderedIndex['range']>>[number];

/** One ordered index: rows by score, then by member in the order of bytes. */
export class PostgresIndex implements OrderedIndex {
  private readonly name: string;

  constructor(
    private readonly session: DatabaseSession,
    private readonly statements: StateStatements,
    name: string,
  ) {
    this.name = storable(name);
  }

  async add(members: readonly Scored[]): Promise<void> {
    const broken = members.find(({ score }) => Number.isNaN(score));
    if (broken !== undefined)
      throw new TaskValidationError(`The score of "${broken.member}" is not a number.`);
    const latest = new Map(members.map(({ member, score }) => [storable(member), score]));
    for (const batch of batches([...latest].toSorted(byMember))) {
      await this.session.query(this.statements.addMembers, [
        this.name,
        batch.map(([member]) => member),
        batch.map(([, score]) => score),
      ]);
    }
  }

  async remove(members: readonly string[]): Promise<number> {
    let removed = 0;
    for (const batch of batches(members.map(storable))) {
      const values = [this.name, batch];
      const [row] = await this.session.query<{ count: number }>(this.statements.removeMembers, values);
      removed += row?.count ?? 0;
    }
    return removed;
  }

  async range(options: Range = {}): Promise<Scored[]> {
    const { min = -Infinity, max = Infinity, limit = DEFAULT_LIMIT, reverse = false, after } = options;
    if (limit <= 0) return [];
    const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
    const { rangeForward, rangeForwardAfter, rangeBack, rangeBackAfter } = this.statements;
    const isWithin = after !== undefined && (reverse ? after.score <= max : after.score >= min);
    if (isWithin) {
      const values = [this.name, after.score, storable(after.member), reverse ? min : max, most];
      return this.session.query<Scored>(reverse ? rangeBackAfter : rangeForwardAfter, values);
    }
    // A place outside of the bounds lies before all that is within, or behind it.
    const isPast = after !== undefined && (reverse ? after.score < min : after.score > max);
    if (isPast) return [];
    return this.session.query<Scored>(reverse ? rangeBack : rangeForward, [this.name, min, max, most]);
  }

  async count(): Promise<number> {
    const [row] = await this.session.query<{ count: number }>(this.statements.countMembers, [this.name]);
    return row?.count ?? 0;
  }
}

const byMember = ([one]: readonly [string, number], [other]: readonly [string, number]): number =>
  one < other ? -1 : 1;

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}
