import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Paths of README.md and every page of docs/, from the project's root. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export const readPage = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface CodeBlock {
  readonly page: string;
  /** What stands behind the fence; '' when nothing does. */
  readonly language: string;
  /** Line of its first line in the page, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Every fenced block of a page. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [at, line] of readPage(page).split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)?.[1];
    if (open === undefined && fence !== undefined) open = { language: fence, line: at + 2, lines: [] };
    else if (open !== undefined && fence === undefined) open.lines.push(line);
    else if (open !== undefined) {
      const { lines, ...where } = open;
      blocks.push({ page, ...where, code: `${lines.join('\n')}\n` });
      open = undefined;
    }
  }
  return blocks;
}

/** What a page's hidden `<!-- preamble: … -->` holds: code that its blocks take for granted. */
export const preambleOf = (page: string): string =>
  /^<!-- preamble:\n([\s\S]*?)^-->$/m.exec(readPage(page))?.[1] ?? '';

/** The rows of the tables in a generated section, each as its cells; code marks are taken off. */
export function tableRows(page: string, section: string): string[][] {
  const text = readPage(page);
  const start = text.indexOf(`<!-- generated: ${section} -->`);
  const end = text.indexOf('<!-- /generated -->', start);
  if (start === -1 || end === -1) throw new Error(`${page} has no generated section "${section}".`);
  return text
    .slice(start, end)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .slice(2, -2)
        .split(/(?<!\\)\|/)
        .map((cell) =>
          cell
            .trim()
            .replaceAll('\\|', '|')
            .replace(/^`([^`]*)`$/, '$1'),
        ),
    );
}
