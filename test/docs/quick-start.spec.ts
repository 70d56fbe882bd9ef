import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ROOT, codeBlocks } from './pages.js';

it('the first program of README.md runs as it stands, and does what it says', async () => {
  const [program] = codeBlocks('README.md').filter(({ language }) => language === 'ts');
  const file = join(ROOT, '.reports', 'quick-start.ts');
  mkdirSync(join(ROOT, '.reports'), { recursive: true });
  writeFileSync(file, program?.code ?? '');
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});

  await import(/* @vite-ignore */ file);

  expect(said.mock.calls).toEqual([['Mail for Ada sent to ada@example.com']]);
  said.mockRestore();
});
