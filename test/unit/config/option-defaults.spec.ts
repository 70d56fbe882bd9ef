import { describe, expect, it } from 'vitest';
import type { TasksModuleOptions } from '../../../lib/contract/index.js';
import {
  CIRCUIT_BREAKER_DEFAULTS,
  OPTION_DEFAULTS,
  resolveOptions,
  resolveTaskOptions,
  toMs,
  type OptionDefault,
} from '../../../lib/config/index.js';

const resolved = resolveOptions() as unknown as Record<string, unknown>;
const at = (path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], resolved);

/** How a value that an option resolves to without being given is written. */
const expectedText = (value: unknown, { type, default: text }: OptionDefault): RegExp => {
  if (value === undefined) return /^(?:no |all |10,000)/u;
  const told = type === 'duration' && toMs(text) === value ? text : JSON.stringify(value).replaceAll('"', '');
  return new RegExp(`^${told}$`, 'u');
};

/** Options that have a value of no use at this path, `[]` being a list of one entry. */
const withValue = (path: string): TasksModuleOptions =>
  path.split('.').reduceRight<unknown>((value, step) => {
    const key = step.replace('[]', '');
    return { [key]: step === key ? value : [value] };
  }, null) as TasksModuleOptions;

const refusalOf = (call: () => unknown): string => {
  try {
    call();
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('OPTION_DEFAULTS', () => {
  it('has each option once, with a type, a default and a description', () => {
    const paths = OPTION_DEFAULTS.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const { variable = 'TASKS__NONE', ...row } of OPTION_DEFAULTS) {
      expect(variable).toMatch(/^TASKS(?:__[A-Z_<>]+)+$/u);
      expect(row).toEqual({
        path: expect.stringMatching(/^[a-zA-Z.[\]*]+$/u),
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

  it.each(OPTION_DEFAULTS.map(({ path }) => path))('has in %s a key that `forRoot` takes', (path) => {
    expect(refusalOf(() => resolveOptions(withValue(path)))).not.toContain('is not an option');
  });

  const plain = OPTION_DEFAULTS.filter(
    ({ path, type }) => /^(?:worker|retry|payload|timeout|retention)\./u.test(path) && type !== 'function',
  );

  it.each(plain.map((row) => [row.path, row] as const))('tells the default of %s as it is', (path, row) => {
    expect(row.default).toMatch(expectedText(at(path), row));
  });
});

describe('CIRCUIT_BREAKER_DEFAULTS', () => {
  it.each(CIRCUIT_BREAKER_DEFAULTS)('tells the default of $path, which only a task takes', (row) => {
    const { retry, timeout } = resolveOptions();
    const task = resolveTaskOptions({ circuitBreaker: true }, 'send', { retry, timeout });
    const key = row.path.replace('circuitBreaker.', '') as 'threshold' | 'cooldown';
    expect(expectedText(task.circuitBreaker?.[key], row).test(row.default)).toBe(true);
    expect(refusalOf(() => resolveOptions(withValue(row.path)))).toContain('is not an option');
  });
});
