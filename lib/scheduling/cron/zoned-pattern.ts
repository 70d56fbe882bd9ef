import type { CronPattern } from './cron-pattern.js';
import type { ZoneSpan, ZoneSpans } from './zone-spans.js';

/** Years to look through: the rarest expressions, of a 29 February on a weekday, come back within 40. */
const HORIZON = 60 * 366 * 86_400_000;

/**
 * The matches of an expression by the clocks of a zone. The rule for days on which these are moved is Vixie cron's: times of the day
 * that are left out fire once, at the moment at which the clocks jump; times that come twice fire at the first of them. What fires by
 * the interval (its hours or minutes begin with `*`) goes by what the clocks show, and so fires through both.
 */
export class ZonedPattern {
  constructor(
    private readonly pattern: CronPattern,
    private readonly zone: ZoneSpans,
  ) {}

  /** The first match after a moment, in epoch milliseconds; undefined: none. */
  after(moment: number): number | undefined {
    for (let from = moment; from < moment + HORIZON;) {
      const span = this.zone.at(from + 1);
      const isAtJump = from < span.start && this.fallsIntoGap(span);
      if (isAtJump) return span.start;
      // Of what the clocks show, the first that counts in this span.
      const shown = Math.max(from + span.offset, this.firstShown(span) - 1);
      const match = this.pattern.after(shown);
      if (match === undefined) return undefined;
      if (match - span.offset < span.end) return match - span.offset;
      from = span.end - 1;
    }
    return undefined;
  }

  /** The last match before a moment; undefined: none. */
  before(moment: number): number | undefined {
    for (let until = moment; until > moment - HORIZON;) {
      const span = this.zone.at(until - 1);
      const match = this.pattern.before(until + span.offset);
      if (match !== undefined && match >= this.firstShown(span)) return match - span.offset;
      if (this.fallsIntoGap(span)) return span.start;
      if (match === undefined) return undefined;
      until = span.start;
    }
    return undefined;
  }

  /** Whether times of the day are left out by the jump with which the span begins, or one is the very time that it jumps to. */
  private fallsIntoGap({ start, offset, jump }: ZoneSpan): boolean {
    if (jump <= 0 || this.pattern.isInterval) return false;
    const match = this.pattern.after(start + offset - jump - 1);
    return match !== undefined && match < start + offset;
  }

  /** What is shown a second time when clocks were put back does not count for times of the day. */
  private firstShown({ start, offset, jump }: ZoneSpan): number {
    return start + offset + (jump < 0 && !this.pattern.isInterval ? -jump : 0);
  }
}
