import { describe, expect, it } from 'vitest';
import { OPTION_DEFAULTS, resolveOptions, toMs, type OptionDefault } from '../../../lib/config/index.js';

const resolved = resolveOptions() as unknown as Record<string, unknown>;
const at = (path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], resolved);

/** How a value that an option resolves to without being given is written. */
const expectedText = (value: unknown, { type, default: text }: OptionDefault): RegExp => {
  if (value === undefined) return /^(?:no |all |10,000)/u;
  const told = type === 'duration' && toMs(text) === value ? text : JSON.stringify(value).replaceAll('"', '');
  return new RegExp(`^${told}$`, 'u');
};

describe('OPTION_DEFAULTS', () => {
  it('has each option once, with a type, a default and a description', () => {
    const paths = OPTION_DEFAULTS.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const row of OPTION_DEFAULTS) {
      expect(row).toEqual({
        path: expect.stringMatching(/^[a-zA-Z.[\]]+$/u),
        type: expect.stringMatching(/./u),
        default: expect.stringMatching(/./u),
        description: expect.stringMatching(/\.$/u),
      });
    }
  });

  it('has every option that resolves to something', () => {
    const paths = OPTION_DEFAULTS.map(({ path }) => path);
    for (const section of ['worker', 'retry', 'timeout', 'retention', 'payload']) {
      for (const key of Object.keys(at(section) as object)) expect(paths).toContain(`${section}.${key}`);
    }
  });

  const plain = OPTION_DEFAULTS.filter(
    ({ path, type }) => /^(?:worker|retry|payload|timeout|retention)\./u.test(path) && type !== 'function',
  );

  it.each(plain.map((row) => [row.path, row] as const))('tells the default of %s as it is', (path, row) => {
    expect(row.default).toMatch(expectedText(at(path), row));
  });
});
