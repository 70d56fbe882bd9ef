import { describe, expect, it } from 'vitest';
import { PAGES, codeBlocks } from './pages.js';
import { typeCheck } from './type-check.js';

const blocks = PAGES.flatMap(codeBlocks);
const programs = blocks.filter(({ language }) => language === 'ts');

describe('the code in README.md and docs/', () => {
  it('is there to be checked', () => {
    expect(programs.length).toBeGreaterThan(30);
  });

  it('compiles against the library, block by block', { timeout: 300_000 }, () => {
    expect(typeCheck(programs)).toEqual([]);
  });

  it('goes by under no other name: what is no program is a shell command or plain text', () => {
    const others = new Set(blocks.map(({ language }) => language));
    expect([...others].filter((language) => !['ts', 'sh', 'text'].includes(language))).toEqual([]);
  });
});

describe('the check itself', () => {
  const block = (code: string) => ({ page: 'README.md', language: 'ts', line: 10, code });

  it('finds a wrong type, and names its line in the page', { timeout: 300_000 }, () => {
    const code = "import { Priority } from 'nestjs-tasks';\nconst high: string = Priority.HIGH;\n";
    expect(typeCheck([block(code)])).toEqual([
      "README.md:11: Type 'number' is not assignable to type 'string'.",
    ]);
  });

  it('finds what the package does not export', { timeout: 300_000 }, () => {
    const code = "import { NoSuchThing } from 'nestjs-tasks';\n";
    expect(typeCheck([block(code)])).toHaveLength(1);
  });
});
