import { fileURLToPath } from 'node:url';
import { isInstance } from './is-instance.js';
import { TaskError } from './task-error.js';

/** Causes of a cause that are told: what is wrong is seldom deeper. */
const MOST = 5;

/**
 * What brought an error about, the nearest first: its `cause`, that one's, and what an `AggregateError` gathers. A circle of causes ends where it
 * began. What cannot be read is left out.
 */
export function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const seen = new Set<unknown>([error]);
  const add = (cause: unknown): void => {
    if (cause === undefined || cause === null || seen.has(cause) || found.length >= MOST) return;
    seen.add(cause);
    found.push(cause);
    for (const next of directCauses(cause)) add(next);
  };
  for (const cause of directCauses(error)) add(cause);
  return found;
}

function directCauses(error: unknown): readonly unknown[] {
  try {
    if (!(error instanceof Error)) return [];
    const gathered: unknown = error instanceof AggregateError ? error.errors : [];
    return [error.cause, ...(Array.isArray(gathered) ? (gathered as unknown[]) : [])];
  } catch {
    return [];
  }
}

/** The folder of this package, both ways in which frames name it; none where a bundler has put it into the app's own file. */
const OWN_PLACES = placesOf(import.meta.url);

/** Where an error was made, as it says itself, without the frames of this package that lie beneath the app's; of what is no error, only what it is: an object could be anything, a request with its headers as well. */
export function ownStack(error: unknown): string {
  try {
    if (error instanceof Error)
      return withoutOurs(String(error.stack ?? error), isInstance(error, TaskError));
    return typeof error === 'string' ? error : `a value of the kind ${typeof error}`;
  } catch {
    return 'something that cannot be read';
  }
}

/**
 * A handler is called from deep within: below its frames and those of its libraries stand ours, of which nobody learns anything, and which would
 * take the place of the causes. What this package itself threw keeps its frames down to the caller's; where nobody called, as of a timeout,
 * its message says it all.
 *
 * @param isOfOurs Whether it is an error of this package's own: of any other without a frame of the app ours are the place to look.
 */
function withoutOurs(stack: string, isOfOurs: boolean): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => isOfApp(line));
  if (first < 0 && !isOfOurs) return stack;
  return lines.filter((line, place) => !isOurs(line) || place < first).join('\n');
}

const isOurs = (line: string): boolean =>
  FRAME.test(line) && OWN_PLACES.some((place) => line.includes(place));

/** Or of a library that it uses. */
const isOfApp = (line: string): boolean => FRAME.test(line) && !line.includes('(node:') && !isOurs(line);

function placesOf(url: string | undefined): readonly string[] {
  if (url === undefined || !/\/(errors\/causes|dist\/nestjs-tasks\/[\w-]+)\.[jt]s$/u.test(url)) return [];
  const folder = new URL('../', url);
  return [folder.href, fileURLToPath(folder)];
}

const FRAME = /^\s+at .*[/\\]/u;
