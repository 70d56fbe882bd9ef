import { expect, it } from 'vitest';
import { library } from '../architecture/house.js';
import { readPage } from './pages.js';

/** Where findings are made: by the doctor itself, and by each backend of itself. */
const FINDERS = /^lib\/(cli\/doctor\/|backends\/(.*\/)?(look-around|server-check|clock-skew)\.ts$)/;
const finders = library.filter(({ path }) => FINDERS.test(path)).map(({ text }) => text);

const [, behind = ''] = readPage('docs/command-line.md').split('## What is wrong?');
const [section = ''] = behind.split('\n## ');
const documented = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, codes = '']) =>
  [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code),
);

/** Of a finding that is written out, and of the list of what messages of a broker are about. */
const MADE = [/\bcode: '([a-z-]+)'/g, /\/i?,\s*'([a-z-]+)',?\s*\]/g];

it('docs/command-line.md has every finding of the doctor by its code, once', () => {
  const made = finders.flatMap((text) =>
    MADE.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code)),
  );
  expect(made.length).toBeGreaterThan(30);
  expect(made.filter((code) => !documented.includes(code))).toEqual([]);
  expect(documented.length).toBe(new Set(documented).size);
});

it('docs/command-line.md has no finding that the doctor does not make', () => {
  const source = finders.join('\n');
  expect(documented.length).toBeGreaterThan(30);
  expect(documented.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
});
