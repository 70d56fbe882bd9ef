import { describe, expect, it } from 'vitest';
import { CIRCUIT_BREAKER_DEFAULTS, OPTION_DEFAULTS } from '../../lib/config/index.js';
import { tableRows } from './pages.js';

describe('docs/options.md', () => {
  it('has every option with the default and the variable that are in force, in the order of the schema and no other', () => {
    expect(tableRows('docs/options.md', 'module-options')).toEqual(
      OPTION_DEFAULTS.map((row) => [
        row.path,
        row.type,
        row.default,
        row.variable ?? 'none',
        row.description,
      ]),
    );
  });
});

describe('docs/tasks.md', () => {
  it('has every option of a circuit breaker with the default that is in force', () => {
    expect(tableRows('docs/tasks.md', 'breaker-options')).toEqual(
      CIRCUIT_BREAKER_DEFAULTS.map((row) => [row.path, row.type, row.default, row.description]),
    );
  });
});

describe.each([
  ['docs/tasks.md', 'task-options'],
  ['docs/enqueueing.md', 'enqueue-options'],
])('%s', (page, section) => {
  it('says of every option what it is and what holds without it', () => {
    const rows = tableRows(page, section);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([]);
  });
});
