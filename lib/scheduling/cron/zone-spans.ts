import { tzOffset, tzScan } from '@date-fns/tz';

const MINUTE = 60_000;

/** A stretch of time in which a zone's clocks are ahead of UTC by the same. */
export interface ZoneSpan {
  /** Epoch milliseconds; the first that belongs to it. */
  readonly start: number;
  /** The first that does not. */
  readonly end: number;
  /** Milliseconds ahead of UTC. */
  readonly offset: number;
  /** By how much the clocks are moved on when it begins; 0 where a year ends and no clock is moved. */
  readonly jump: number;
}

/** Whether the runtime knows the zone. */
export const isZone = (zone: unknown): zone is string => {
  if (typeof zone !== 'string' || zone === '' || /^[+-]/u.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** The spans of one zone, looked up a year at a time and kept. */
export class ZoneSpans {
  private readonly years = new Map<number, readonly ZoneSpan[]>();

  constructor(readonly zone: string) {}

  at(moment: number): ZoneSpan {
    const spans = this.ofYear(new Date(moment).getUTCFullYear());
    return spans.find(({ end }) => moment < end) as ZoneSpan;
  }

  private ofYear(year: number): readonly ZoneSpan[] {
    const known = this.years.get(year);
    if (known !== undefined) return known;
    const start = Date.UTC(year, 0, 1);
    const end = Date.UTC(year + 1, 0, 1);
    const changes = tzScan(this.zone, { start: new Date(start), end: new Date(end) });
    const starts = [
      { at: start, jump: 0 },
      ...changes.map(({ date, change }) => ({ at: this.exact(date.getTime()), jump: change * MINUTE })),
    ];
    const spans = starts.map(({ at, jump }, place) => ({
      start: at,
      end: starts[place + 1]?.at ?? end,
      offset: this.offset(at),
      jump,
    }));
    this.years.set(year, spans);
    return spans;
  }

  /** The scan walks by the hour; clocks are moved at a minute of it (at 05:30Z in St John's). */
  private exact(hour: number): number {
    const after = this.offset(hour);
    let at = hour;
    while (at - MINUTE > hour - 60 * MINUTE && this.offset(at - MINUTE) === after) at -= MINUTE;
    return at;
  }

  private offset(at: number): number {
    return Math.round(tzOffset(this.zone, new Date(at)) * MINUTE);
  }
}
