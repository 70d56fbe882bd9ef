import { Cron } from 'croner';
import { InvalidScheduleError } from '../../errors/index.js';

/** Characters. The library reads 250 kB without a word; whoever writes that means no schedule. */
const LONGEST = 256;
const ALIASES: readonly string[] = [
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
];

/**
 * The calendar of one expression, as a clock on the wall without a zone shows it; moments are told as if that clock were UTC. What
 * clocks do that are moved twice a year is not known here.
 */
export class CronPattern {
  private asked = Number.NaN;
  private answer: number | undefined;

  private constructor(
    readonly text: string,
    /** Whether its hours or minutes begin with `*`: it fires by the interval, and not at times of the day. */
    readonly isInterval: boolean,
    private readonly cron: Cron,
  ) {}

  /** @throws InvalidScheduleError for what is no expression of five or six fields, and for one that never fires */
  static parse(text: unknown): CronPattern {
    const fields = fieldsOf(text);
    try {
      const cron = new Cron(text as string, { timezone: 'UTC', paused: true });
      if (cron.nextRun(new Date(0)) === null) throw new Error('it never matches');
      const [minute, hour] = fields.slice(-5);
      return new CronPattern(text as string, isWild(minute) || isWild(hour), cron);
    } catch (cause) {
      throw invalid(text, reasonOf(cause), cause);
    }
  }

  /** The first match after a moment; undefined: none. */
  after(moment: number): number | undefined {
    // Many schedules share an expression, and ask for the same slot one after the other.
    if (moment >= this.asked && (this.answer === undefined || moment < this.answer)) return this.answer;
    this.answer = this.cron.nextRun(new Date(moment))?.getTime();
    this.asked = moment;
    return this.answer;
  }

  /** The last match before a moment. */
  before(moment: number): number | undefined {
    return this.cron.previousRuns(1, new Date(moment))[0]?.getTime();
  }
}

const isWild = (field: string | undefined): boolean => field?.startsWith('*') === true;

function fieldsOf(text: unknown): readonly string[] {
  if (typeof text !== 'string' || text.trim() === '') throw invalid(text, 'it is empty');
  if (text.length > LONGEST) {
    throw invalid(text.slice(0, 40), `it has ${text.length} characters; ${LONGEST} are allowed`);
  }
  if (text.startsWith('@')) {
    if (!ALIASES.includes(text)) throw invalid(text, `the short forms are ${ALIASES.join(', ')}`);
    return text === '@hourly' ? ['0', '*', '*', '*', '*'] : ['0', '0', '*', '*', '*'];
  }
  const fields = text.trim().split(/\s+/u);
  if (fields.length !== 5 && fields.length !== 6) {
    throw invalid(text, `it has ${fields.length} fields; five, or six with seconds first, are allowed`);
  }
  return fields;
}

function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/^CronPattern: /u, '');
}

const invalid = (text: unknown, reason: string, cause?: unknown): InvalidScheduleError =>
  new InvalidScheduleError(
    `${typeof text === 'string' ? JSON.stringify(text) : 'What is given'} is no cron expression: ${reason}.`,
    { cause },
  );
