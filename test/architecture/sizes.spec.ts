import { describe, expect, it } from 'vitest';
import { codeLines } from './code-lines.js';
import { filesBelow, library } from './house.js';

const LONGEST = 300;
const MEDIAN = 60;
/** Lines of tests for a line of source, over the project. */
const LEAST_RATIO = 1.4;

const sizes = library.map(({ path, text }) => ({ path, lines: codeLines(text) }));
const sum = (files: readonly { readonly text: string }[]): number =>
  files.reduce((total, { text }) => total + codeLines(text), 0);

describe('the files of lib/', () => {
  it(`have at most ${LONGEST} lines of code each`, () => {
    expect(sizes.filter(({ lines }) => lines > LONGEST)).toEqual([]);
  });

  it(`have a median of at most ${MEDIAN}`, () => {
    const ordered = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b);
    expect(ordered[ordered.length >> 1]).toBeLessThanOrEqual(MEDIAN);
  });

  it('have names in kebab case that say what they hold', () => {
    const names = library.map(({ path }) => path);
    expect(names.filter((path) => !/^lib\/([a-z0-9-]+\/)*[a-z0-9-]+(\.[a-z-]+)*\.ts$/.test(path))).toEqual(
      [],
    );
    expect(names.filter((path) => /(^|[/.-])(utils?|helpers?|misc|common)([/.-]|$)/.test(path))).toEqual([]);
  });
});

it(`has at least ${LEAST_RATIO} lines of tests for a line of source`, () => {
  // The suites that the package ships for the authors of backends are tests as well.
  const suites = library.filter(({ room }) => room === 'testing');
  const tests = sum([...filesBelow('test'), ...suites]);
  const sources = sum(library.filter((file) => !suites.includes(file)));
  const ratio = tests / sources;
  const shipped = sum(suites);
  console.log(
    `${tests} lines of tests (${shipped} shipped), ${sources} lines of source: ${ratio.toFixed(2)}`,
  );
  expect(ratio).toBeGreaterThanOrEqual(LEAST_RATIO);
});
