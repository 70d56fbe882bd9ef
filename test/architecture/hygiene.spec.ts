import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, filesBelow, sourceFile, type SourceFile } from './house.js';

const code = ['lib', 'test', 'sample', 'bench', 'scripts'].flatMap((folder) =>
  ['.ts', '.mjs'].flatMap((ending) => filesBelow(folder, ending)),
);
const pages = [
  ...filesBelow('docs', '.md'),
  ...filesBelow('sample', '.md'),
  ...['README.md', 'CHANGELOG.md', 'package.json'].map(sourceFile),
];

/** `path:line` of every line that holds one of the texts. */
const places = (files: readonly SourceFile[], texts: readonly string[]): string[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (texts.some((wanted) => line.includes(wanted)) ? [`${path}:${at + 1}`] : [])),
  );

/** In two parts, so that this file does not find itself. */
const word = (first: string, second: string): string => first + second;

describe('the project', () => {
  it('leaves nothing for later', () => {
    const marks = [word('TO', 'DO'), word('FIX', 'ME'), word('XX', 'X:'), word('HA', 'CK:')];
    expect(places([...code, ...pages], marks)).toEqual([]);
  });

  it('has no test that is switched off, or that switches off the others', () => {
    // What it leaves out by name is shown as skipped, and is the subject of tests where it is used.
    const leavesOut = 'test/contract/without-tests.ts';
    const tests = code.filter(({ path }) => path.startsWith('test/') && path !== leavesOut);
    const marks = ['it', 'test', 'describe'].flatMap((name) =>
      [word('on', 'ly'), word('sk', 'ip'), word('to', 'do')].map((mode) => `${name}.${mode}(`),
    );
    expect(places(tests, marks)).toEqual([]);
  });

  it('silences the linter only by rule and with a reason, and the compiler never', () => {
    const disabled = word('lint-dis', 'able');
    const reasoned = new RegExp(`${disabled}-next-line [\\w/-]+ -- \\S`);
    const silenced = code.flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => line.includes(disabled) && !reasoned.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(silenced).toEqual([]);
    expect(places(code, [word('@ts-', 'ignore'), word('@ts-', 'nocheck')])).toEqual([]);
  });

  it('knows nothing of the machine that it was written on', () => {
    const own = [dirname(ROOT), homedir()]
      .filter((folder) => folder.length > 1)
      .map((folder) => `${folder}/`);
    const roots = [...own, word('/ho', 'me/'), word('/Us', 'ers/')];
    expect(places([...code, ...pages], roots)).toEqual([]);
  });
});
