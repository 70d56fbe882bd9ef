import { METRIC_CATALOGUE } from 'nestjs-tasks/metrics';
import { expect, it } from 'vitest';
import { tableRows } from './pages.js';

it('docs/metrics.md has every metric with its type and its labels, and no other', () => {
  expect(tableRows('docs/metrics.md', 'metrics')).toEqual(
    METRIC_CATALOGUE.map(({ name, type, labels, help }) => [
      `tasks_${name}`,
      type,
      labels.join(', ') || 'none',
      help,
    ]),
  );
});
