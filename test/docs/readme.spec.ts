import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, ROOT, codeBlocks, readPage } from './pages.js';

const { scripts, version, engines } = JSON.parse(readPage('package.json')) as {
  scripts: Record<string, string>;
  version: string;
  engines: { node: string };
};

describe('README.md', () => {
  it('can be read in one go: under 300 lines', () => {
    expect(readPage('README.md').split('\n').length).toBeLessThan(300);
  });

  it('names the commands to begin with, and the Node versions', () => {
    for (const wanted of ['npm run demo', 'npm test', engines.node]) {
      expect(readPage('README.md')).toContain(wanted);
    }
  });
});

describe('the pages', () => {
  it('name only npm scripts that exist, each with its file', () => {
    const named = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const files = Object.values(scripts).flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('are short: none over 200 lines of text', () => {
    const long = PAGES.filter((page) => {
      const text = readPage(page).replaceAll(
        /<!-- generated:[\s\S]*?<!-- \/generated -->|<!-- preamble:[\s\S]*?-->/g,
        '',
      );
      const code = codeBlocks(page).reduce((lines, block) => lines + block.code.split('\n').length, 0);
      return text.split('\n').length - code > 200;
    });
    expect(long).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  it('tells of the version that package.json has', () => {
    expect(readPage('CHANGELOG.md')).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'));
  });
});
