import { TaskValidationError } from '../../errors/index.js';
import { type Scored, SortedMembers } from './sorted-members.js';

const DEFAULT_LIMIT = 100;

export interface IndexRange {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
  readonly after?: Scored | undefined;
}

/** The members of one ordered index. */
export class MemoryIndex {
  private readonly byMember = new Map<string, Scored>();
  private readonly sorted = new SortedMembers();

  get size(): number {
    return this.byMember.size;
  }

  add(members: readonly Scored[]): void {
    const broken = members.find(({ score }) => Number.isNaN(score));
    if (broken !== undefined)
      throw new TaskValidationError(`The score of "${broken.member}" is not a number.`);
    for (const { member, score } of members) {
      this.remove(member);
      const item = { member, score };
      this.byMember.set(member, item);
      this.sorted.add(item);
    }
  }

  remove(member: string): boolean {
    const known = this.byMember.get(member);
    if (known === undefined) return false;
    this.byMember.delete(member);
    this.sorted.remove(known);
    return true;
  }

  range(options: IndexRange): Scored[] {
    const { limit = DEFAULT_LIMIT, reverse = false, after } = options;
    let { min = -Infinity, max = Infinity } = options;
    if (after !== undefined && reverse) max = Math.min(max, after.score);
    else if (after !== undefined) min = Math.max(min, after.score);
    const found: Scored[] = [];
    if (limit <= 0) return found;
    for (const item of reverse ? this.sorted.downFrom(max) : this.sorted.from(min)) {
      if (reverse ? item.score < min : item.score > max) break;
      if (after !== undefined && !isBehind(item, after, reverse)) continue;
      found.push({ ...item });
      if (found.length >= limit) break;
    }
    return found;
  }
}

function isBehind(item: Scored, { score, member }: Scored, reverse: boolean): boolean {
  if (item.score !== score) return reverse ? item.score < score : item.score > score;
  return reverse ? item.member < member : item.member > member;
}
