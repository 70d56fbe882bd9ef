import { describe, expect, it } from 'vitest';
import { CronExpression } from '../../../lib/scheduling/cron/cron-expression.js';

interface Row {
  readonly what: string;
  readonly zone: string;
  readonly cron: string;
  readonly from: string;
  /** All firings from there on, to the last one given. */
  readonly firings: readonly string[];
}

/** The clocks of 2026 by the IANA database. */
const TABLE: readonly Row[] = [
  {
    what: 'a time that is left out fires when the clocks jump',
    zone: 'America/New_York',
    cron: '30 2 * * *',
    from: '2026-03-07T12:00Z',
    firings: ['2026-03-08T07:00Z', '2026-03-09T06:30Z'],
  },
  {
    what: 'two times that are left out fire once',
    zone: 'America/New_York',
    cron: '15,45 2 * * *',
    from: '2026-03-07T12:00Z',
    firings: ['2026-03-08T07:00Z', '2026-03-09T06:15Z', '2026-03-09T06:45Z'],
  },
  {
    what: 'the time that the clocks jump to fires once',
    zone: 'America/New_York',
    cron: '0 2,3 * * *',
    from: '2026-03-08T05:00Z',
    firings: ['2026-03-08T07:00Z', '2026-03-09T06:00Z'],
  },
  {
    what: 'a time that comes twice fires at the first',
    zone: 'America/New_York',
    cron: '30 1 * * *',
    from: '2026-10-31T12:00Z',
    firings: ['2026-11-01T05:30Z', '2026-11-02T06:30Z'],
  },
  {
    what: 'half hours go on through the hour that comes twice',
    zone: 'America/New_York',
    cron: '*/30 * * * *',
    from: '2026-11-01T04:50Z',
    firings: [
      '2026-11-01T05:00Z',
      '2026-11-01T05:30Z',
      '2026-11-01T06:00Z',
      '2026-11-01T06:30Z',
      '2026-11-01T07:00Z',
    ],
  },
  {
    what: 'half hours go on over the hour that is left out',
    zone: 'America/New_York',
    cron: '*/30 * * * *',
    from: '2026-03-08T06:10Z',
    firings: ['2026-03-08T06:30Z', '2026-03-08T07:00Z', '2026-03-08T07:30Z'],
  },
  {
    what: 'a time that is left out fires when the clocks jump',
    zone: 'Europe/Madrid',
    cron: '30 2 * * *',
    from: '2026-03-28T00:00Z',
    firings: ['2026-03-28T01:30Z', '2026-03-29T01:00Z', '2026-03-30T00:30Z'],
  },
  {
    what: 'a time that comes twice fires at the first',
    zone: 'Europe/Madrid',
    cron: '30 2 * * *',
    from: '2026-10-24T12:00Z',
    firings: ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
  },
  {
    what: 'an hour of the morning keeps its place on the clock',
    zone: 'Europe/Madrid',
    cron: '0 9 * * 1-5',
    from: '2026-10-23T12:00Z',
    firings: ['2026-10-26T08:00Z', '2026-10-27T08:00Z'],
  },
  {
    what: 'a time in the half hour that is left out fires when the clocks jump',
    zone: 'Australia/Lord_Howe',
    cron: '15 2 * * *',
    from: '2026-10-03T00:00Z',
    firings: ['2026-10-03T15:30Z', '2026-10-04T15:15Z'],
  },
  {
    what: 'a time that comes twice fires at the first',
    zone: 'Australia/Lord_Howe',
    cron: '45 1 * * *',
    from: '2026-04-04T00:00Z',
    firings: ['2026-04-04T14:45Z', '2026-04-05T15:15Z'],
  },
  {
    what: 'quarters of an hour go on through the half hour that comes twice',
    zone: 'Australia/Lord_Howe',
    cron: '*/15 * * * *',
    from: '2026-04-04T14:20Z',
    firings: [
      '2026-04-04T14:30Z',
      '2026-04-04T14:45Z',
      '2026-04-04T15:00Z',
      '2026-04-04T15:15Z',
      '2026-04-04T15:30Z',
    ],
  },
  {
    what: 'quarters of an hour go on over the half hour that is left out',
    zone: 'Australia/Lord_Howe',
    cron: '*/15 * * * *',
    from: '2026-10-03T15:10Z',
    firings: ['2026-10-03T15:15Z', '2026-10-03T15:30Z', '2026-10-03T15:45Z'],
  },
  {
    what: 'a time that is left out fires when the clocks jump, in the southern spring',
    zone: 'Australia/Sydney',
    cron: '30 2 * * *',
    from: '2026-10-03T00:00Z',
    firings: ['2026-10-03T16:00Z', '2026-10-04T15:30Z'],
  },
  {
    what: 'a time that comes twice fires at the first, in the southern autumn',
    zone: 'Australia/Sydney',
    cron: '30 2 * * *',
    from: '2026-04-04T00:00Z',
    firings: ['2026-04-04T15:30Z', '2026-04-05T16:30Z'],
  },
  {
    what: 'a midnight that is left out fires when the clocks jump',
    zone: 'America/Santiago',
    cron: '0 0 * * *',
    from: '2026-09-05T12:00Z',
    firings: ['2026-09-06T04:00Z', '2026-09-07T03:00Z'],
  },
  {
    what: 'clocks that are moved at half past are followed to the minute',
    zone: 'America/St_Johns',
    cron: '30 2 * * *',
    from: '2026-03-07T12:00Z',
    firings: ['2026-03-08T05:30Z', '2026-03-09T05:00Z'],
  },
  {
    what: 'a zone of half an hour stays there',
    zone: 'Asia/Kolkata',
    cron: '30 9 * * *',
    from: '2026-03-29T00:00Z',
    firings: ['2026-03-29T04:00Z', '2026-03-30T04:00Z'],
  },
  {
    what: 'a leap day comes every four years',
    zone: 'UTC',
    cron: '0 0 29 2 *',
    from: '2026-01-01T00:00Z',
    firings: ['2028-02-29T00:00Z', '2032-02-29T00:00Z'],
  },
  {
    what: 'the year changes by the clocks of the zone',
    zone: 'Pacific/Auckland',
    cron: '0 0 1 1 *',
    from: '2026-06-01T00:00Z',
    firings: ['2026-12-31T11:00Z', '2027-12-31T11:00Z'],
  },
];

const at = (text: string): number => Date.parse(text.replace(/Z$/u, ':00Z'));
const shown = (moment: number): string => new Date(moment).toISOString().replace(':00.000Z', 'Z');

describe.each(TABLE)('$zone, $cron: $what', ({ zone, cron, from, firings }) => {
  const expression = new CronExpression(cron, { timezone: zone });

  it('going forward', () => {
    const found: string[] = [];
    for (const date of expression.iterate(at(from))) {
      if (found.push(shown(date.getTime())) === firings.length) break;
    }
    expect(found).toEqual(firings);
  });

  it('going back', () => {
    const found: string[] = [];
    for (let moment = at(firings.at(-1) as string) + 1; found.length < firings.length;) {
      moment = (expression.previous(moment) as Date).getTime();
      found.unshift(shown(moment));
    }
    expect(found).toEqual(firings);
  });
});
