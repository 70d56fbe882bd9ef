import { expect, it } from 'vitest';
import { TASK_EVENT_TYPES } from 'nestjs-tasks';
import { tableRows } from './pages.js';

it('docs/events.md has a row for every event type, with what each carries', () => {
  const rows = tableRows('docs/events.md', 'events');
  expect(rows.map(([type]) => type)).toEqual([...TASK_EVENT_TYPES]);
  const poor = rows.filter(
    ([, , when, fields]) => !when || !/`taskId`, `taskName`, `queueName`/.test(fields ?? ''),
  );
  expect(poor).toEqual([]);
});
