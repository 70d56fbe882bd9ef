import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, codeBlocks } from './pages.js';

/** Without the configuration of a test runner. */
const programs = codeBlocks('docs/testing.md').filter(({ code }) => code.includes("from 'vitest'"));

it('docs/testing.md shows tests', () => {
  expect(programs.length).toBeGreaterThan(2);
});

const folder = join(ROOT, '.reports', 'testing');
mkdirSync(folder, { recursive: true });

/** Each block is a test file that a reader copies: importing it here makes its tests run here, as they stand. */
for (const { line, code } of programs) {
  const file = join(folder, `line-${line}.ts`);
  writeFileSync(file, code);
  describe(`the tests in docs/testing.md, line ${line}`, async () => {
    await import(/* @vite-ignore */ file);
  });
}
