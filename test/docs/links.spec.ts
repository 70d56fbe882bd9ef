import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, ROOT, readPage } from './pages.js';

const LINK = /\]\((?!https?:)([^)\s]+)\)/g;

/** As GitHub makes an anchor of a heading. */
const anchorsOf = (path: string): string[] =>
  [...readPage(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the links of README.md and docs/', () => {
  it.each(PAGES)('%s has none that lead nowhere', (page) => {
    const broken = [...readPage(page).matchAll(LINK)]
      .map(([, link = '']) => link)
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? page : join(dirname(page), file);
        if (!existsSync(join(ROOT, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('lead from README.md to every page', () => {
    const linked = [...readPage('README.md').matchAll(LINK)].map(([, link]) => link);
    expect(PAGES.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
  });
});
