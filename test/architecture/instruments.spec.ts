import { describe, expect, it } from 'vitest';
import { codeLines } from './code-lines.js';
import { findCycle } from './find-cycle.js';
import { sharedState } from './shared-state.js';

describe('the search for cycles', () => {
  const graph = (edges: Record<string, string[]>): string[] =>
    findCycle(Object.keys(edges), (node) => edges[node] ?? []);

  it('finds one, and names the way round', () => {
    expect(graph({ a: ['b'], b: ['c'], c: ['b'] })).toEqual(['b', 'c', 'b']);
  });

  it('takes two ways to one place for no cycle', () => {
    expect(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
  });
});

describe('the count of code lines', () => {
  it('leaves out blank lines and comments', () => {
    expect(codeLines('/** doc\n * more\n */\n\n// note\nconst a = 1; // why\n/* x */ const b = 2;\n')).toBe(
      2,
    );
  });

  it('counts every line of a text that spans several', () => {
    expect(codeLines('const a = `one\n\nthree`;\nclass A {\n  /** doc */\n  b = 1;\n}\n')).toBe(6);
  });
});

describe('the search for shared state', () => {
  it.each([
    ['let count = 0;', 'count'],
    ['export const jobs = new Map<string, number>();', 'jobs'],
    ['const list: string[] = [];', 'list'],
    ['const cache = {};', 'cache'],
    ['class A { static last?: A; }', 'static last'],
    ['class A { static readonly all = new Set<A>(); }', 'static all'],
  ])('finds %s', (text, name) => {
    expect(sharedState(text)).toEqual([name]);
  });

  it.each([
    'export const NAMES = ["a"] as const;',
    'const known: ReadonlySet<string> = new Set(["a"]);',
    'const order: readonly string[] = ["a"];',
    'const LIMIT = 300;',
    'class A { static readonly limit = 1; static of() { const seen = new Set(); return seen; } }',
  ])('passes over %s', (text) => {
    expect(sharedState(text)).toEqual([]);
  });
});
