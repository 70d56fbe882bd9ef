import { InvalidArgumentError } from 'commander';
import { LONGEST_DURATION, nearestName, toMs } from '../../config/index.js';
import { JOB_STATES, type JobState, type Ms } from '../../contract/index.js';
import { millisecondsOf } from '../../errors/index.js';

/* How the values of options are read. What they throw becomes the error of a wrong option. */

/** `10s`, `5m`, `2 days`: always with a unit, since seconds and milliseconds are easily mistaken. */
export function duration(text: string): Ms {
  if (/^\s*[\d.]+\s*$/.test(text))
    throw new InvalidArgumentError(`Write it with its unit: ${text.trim()}s, ${text.trim()}ms.`);
  return bounded(text, 'Write a duration such as 500ms, 30s, 5m, 1h or 2d.');
}

const TOO_LONG = `It is too long: ${LONGEST_DURATION.toLocaleString('en')} ms is the most, over three thousand years.`;

/** @param otherwise Said of what cannot be read. What is too long is written well, and told apart. */
function bounded(text: string, otherwise: string): Ms {
  const ms = millisecondsOf(text);
  if (ms === undefined) throw new InvalidArgumentError(otherwise);
  if (ms > LONGEST_DURATION) throw new InvalidArgumentError(TOO_LONG);
  return toMs(text);
}

/** How often something is done: `0s` would be without a pause. */
export function interval(text: string): Ms {
  const ms = duration(text);
  if (ms < 1) throw new InvalidArgumentError('Write 1ms or more.');
  return ms;
}

export function whole(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('Write a whole number, 1 or more.');
  return Number(text);
}

/** A number of a page: 1 to 1,000. */
export const pageSize = (text: string): number =>
  upTo(1_000, text, '1,000 is the most; go on with --cursor.');

/** The same of a list without pages. */
export const listSize = (text: string): number =>
  upTo(1_000, text, '1,000 is the most; choose among them with --task, --error or --older-than.');

/** Jobs at once: as many as the configuration takes. */
export const slots = (text: string): number => upTo(100_000, text, '100,000 is the most.');

/** Processes of one machine. */
export const processCount = (text: string): number => upTo(1_000, text, '1,000 is the most.');

function upTo(most: number, text: string, otherwise: string): number {
  const size = whole(text);
  if (size > most) throw new InvalidArgumentError(otherwise);
  return size;
}

/** Names by commas; the option may be given several times. */
export function names(text: string, before: readonly string[] = []): readonly string[] {
  const given = text.split(',').map((name) => name.trim());
  if (given.includes(''))
    throw new InvalidArgumentError('Write names with commas between them: default,urgent.');
  return [...before, ...given];
}

export function states(text: string, before: readonly JobState[] = []): readonly JobState[] {
  for (const name of names(text)) {
    if ((JOB_STATES as readonly string[]).includes(name)) continue;
    const near = nearestName(name, JOB_STATES);
    throw new InvalidArgumentError(
      `"${name}" is not a state${near === undefined ? '' : `; did you mean ${near}?`}. There are ${JOB_STATES.join(', ')}.`,
    );
  }
  return [...before, ...(names(text) as JobState[])];
}

/** How many in how long, as `10/s`, `300/m` or `1/5s`. @returns milliseconds for each */
export function rate(text: string): Ms {
  const [, count, unit] = /^(\d+)\/(\d*(?:ms|s|m|h))$/.exec(text.trim()) ?? [];
  const otherwise = 'Write how many in how long: 10/s, 300/m, 1/5s.';
  const per = unit === undefined ? 0 : bounded(/^\d/.test(unit) ? unit : `1${unit}`, otherwise);
  if (count === undefined || Number(count) === 0 || per === 0) throw new InvalidArgumentError(otherwise);
  return per / Number(count);
}
