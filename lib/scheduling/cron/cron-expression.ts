import { toString as describe } from 'cronstrue';
import { assertKnownKeys } from '../../config/index.js';
import { InvalidScheduleError } from '../../errors/index.js';
import { CronPattern } from './cron-pattern.js';
import { isZone, ZoneSpans } from './zone-spans.js';
import { ZonedPattern } from './zoned-pattern.js';

export interface CronExpressionOptions {
  /** Zone of the IANA database. Default `UTC`. */
  readonly timezone?: string | undefined;
}

/**
 * A cron expression by the clocks of a zone.
 *
 * Five fields (minute, hour, day of month, month, day of week), or six with seconds before them; names (`MON`, `JAN`), `L`, `W`, `#`,
 * and `@hourly` to `@yearly`. Days of the month and of the week that are both given add up. At most 256 characters.
 *
 * On days on which clocks are moved, times of the day that are left out fire once, at the jump, and times that come twice fire once, at
 * the first; an expression whose hours or minutes begin with `*` fires by the interval, through both.
 *
 * @example
 * const expression = new CronExpression('0 9 * * 1-5', { timezone: 'Europe/Madrid' });
 * expression.next(); // the next weekday at nine in Madrid
 * expression.describe(); // 'At 09:00, Monday through Friday'
 */
export class CronExpression {
  readonly timezone: string;
  private readonly matches: ZonedPattern;

  /**
   * @throws InvalidScheduleError for what is no expression of five or six fields, one that never fires, and an unknown zone;
   * InvalidOptionError for an option that does not exist
   */
  constructor(
    readonly expression: string,
    options: CronExpressionOptions = {},
  ) {
    assertKnownKeys(options, ['timezone'], 'CronExpression');
    const { timezone = 'UTC' } = options;
    assertZone(timezone);
    this.timezone = timezone;
    this.matches = new ZonedPattern(CronPattern.parse(expression), new ZoneSpans(timezone));
  }

  /** Whether a text is an expression that fires. */
  static isValid(expression: string): boolean {
    try {
      return CronPattern.parse(expression) !== undefined;
    } catch {
      return false;
    }
  }

  /** The first moment after another one. Default: after now. @returns undefined when there is none within 60 years */
  next(after: Date | number = Date.now()): Date | undefined {
    return dateOf(this.matches.after(momentOf(after)));
  }

  /** The last moment before another one. Default: before now. */
  previous(before: Date | number = Date.now()): Date | undefined {
    return dateOf(this.matches.before(momentOf(before)));
  }

  /** The moments after another one, one by one, without end. Default: after now. */
  *iterate(after: Date | number = Date.now()): IterableIterator<Date> {
    for (let at = this.next(after); at !== undefined; at = this.next(at)) yield at;
  }

  /** What it means, in English. */
  describe(): string {
    return describe(this.expression, { use24HourTimeFormat: true });
  }

  toString(): string {
    return this.expression;
  }
}

/** @throws InvalidScheduleError */
export function assertZone(zone: unknown): asserts zone is string {
  if (isZone(zone)) return;
  throw new InvalidScheduleError(
    `${JSON.stringify(zone)?.slice(0, 80)} is no time zone. Write a name of the IANA database, such as "Europe/Madrid" or "UTC".`,
  );
}

const dateOf = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at));

function momentOf(moment: Date | number): number {
  const at = typeof moment === 'number' ? moment : moment.getTime();
  if (Number.isFinite(at)) return at;
  throw new InvalidScheduleError('The moment to look from is no valid date.');
}
