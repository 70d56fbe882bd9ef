import { CronPattern } from './cron-pattern.js';
import { ZoneSpans } from './zone-spans.js';

/** Every parsed expression brings tables of 80 KB: only those in use are kept, and parsing one anew takes 50 µs. */
const KEPT = 200;

/** What the schedules of an app share of their expressions and zones. */
export class CronShelf {
  private readonly patterns = new Map<string, CronPattern>();
  private readonly zones = new Map<string, ZoneSpans>();

  /** @throws InvalidScheduleError */
  pattern(text: string): CronPattern {
    const known = this.patterns.get(text);
    const pattern = known ?? CronPattern.parse(text);
    // Behind all others: the first is the one that was not asked for longest.
    if (known !== undefined) this.patterns.delete(text);
    else if (this.patterns.size >= KEPT) this.patterns.delete(this.patterns.keys().next().value as string);
    this.patterns.set(text, pattern);
    return pattern;
  }

  zone(zone: string): ZoneSpans {
    const known = this.zones.get(zone) ?? new ZoneSpans(zone);
    this.zones.set(zone, known);
    return known;
  }
}
