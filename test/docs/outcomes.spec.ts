import { expect, it } from 'vitest';
import { readPage } from './pages.js';

/** Titles of the end-to-end tests, up to their colon; `%s` in one stands for anything. */
const titles = ['test/e2e/odd-handlers.spec.ts', 'test/e2e/outcomes.spec.ts'].flatMap((file) =>
  [...readPage(file).matchAll(/\]?\)?\bit?\)?\(\s*'([^':]+)|^ {2}\]\)\('([^':]+)/gm)].map(
    ([, plain, each]) => plain ?? each ?? '',
  ),
);

const rows = [...readPage('docs/outcomes.md').matchAll(/^\| ([a-z][^|]+?) \|/gm)].map(([, row = '']) => row);

const proves = (title: string, row: string): boolean =>
  title.includes('%s') ? row.startsWith(title.slice(0, title.indexOf('%s'))) : title === row;

it('docs/outcomes.md claims nothing that no end-to-end test proves', () => {
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !titles.some((title) => proves(title, row)))).toEqual([]);
});
