import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ROOT, codeBlocks, type CodeBlock } from './pages.js';
import { fileOf } from './type-check.js';

const blocks = codeBlocks('docs/tutorial.md');
const folder = join(ROOT, '.reports', 'tutorial');

rmSync(folder, { recursive: true, force: true });
const files = blocks.flatMap((block) => {
  const file = fileOf(block);
  if (file === undefined) return [];
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, block.code);
  return [file];
});

/** What the page says that a program prints: the next text below it. */
function promised(file: string): string[] {
  const at = blocks.findIndex((block) => fileOf(block) === file);
  const text: CodeBlock | undefined = blocks.slice(at).find(({ language }) => language === 'text');
  return (text?.code ?? '').trimEnd().split('\n');
}

describe('the tutorial', () => {
  it('shows each of its files once, in full', () => {
    expect(files).toHaveLength(blocks.filter(({ language }) => language === 'ts').length);
    expect(new Set(files).size).toBe(files.length);
  });

  it.each(['src/main.ts', 'src/mend.ts'])('%s prints what the page says', async (file) => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => {});
    await import(/* @vite-ignore */ join(folder, file));
    const lines = promised(file);
    await vi.waitUntil(() => said.mock.calls.length >= lines.length, { timeout: 10_000 });
    expect(said.mock.calls.map((words) => words.join(' '))).toEqual(lines);
    said.mockRestore();
  });
});

describe('the test of the tutorial', async () => {
  await import(/* @vite-ignore */ join(folder, 'src/signup.spec.ts'));
});
