import { describe, expect, it } from 'vitest';
import * as door from '../../lib/index.js';
import { PAGES, readPage } from './pages.js';

/** Classes of the public door, errors included; compiled decorators and plain functions are none. */
const CLASSES = Object.entries(door)
  .filter(
    ([, value]) => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value)),
  )
  .map(([name]) => name);

describe('the classes that the package exports', () => {
  it('are each named in README.md or docs/, so that nobody has to find them in the types', () => {
    const text = PAGES.map((page) => readPage(page)).join('\n');
    expect(CLASSES.length).toBeGreaterThan(50);
    expect(CLASSES.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});
