import { describe, expect, it } from 'vitest';
import { OTHER_TASKS, TallyTable } from '../../../lib/metrics/tally-table.js';

function tableOf(limit: number) {
  const told: string[] = [];
  const table = new TallyTable({ wait: [1], run: [1] }, limit, () => told.push('full'));
  const names = () => table.all().map(({ labels }) => `${labels.queue}/${labels.task}`);
  return { table, told, names };
}

describe('The table of tallies', () => {
  it('has one tally for each pair of queue and task', () => {
    const { table, names } = tableOf(10);
    expect(table.of('mail', 'send')).toBe(table.of('mail', 'send'));
    expect(table.of('mail', 'send')).not.toBe(table.of('bulk', 'send'));
    expect(names()).toEqual(['mail/send', 'bulk/send']);
  });

  it('counts every task over its bound as one, which is told by its name', () => {
    const { table, names } = tableOf(2);
    for (const task of ['a', 'b', 'c', 'd']) table.of('mail', task).enqueued++;
    expect(names()).toEqual(['mail/a', 'mail/b', `mail/${OTHER_TASKS}`]);
    expect(table.of('mail', 'never seen').enqueued).toBe(2);
  });

  it('goes on counting by its name a task that was there before the bound was met', () => {
    const { table } = tableOf(1);
    const first = table.of('mail', 'a');
    table.of('mail', 'b');
    expect(table.of('mail', 'a')).toBe(first);
  });

  it('has one for the rest of each queue, so that a queue keeps its own numbers', () => {
    const { table, names } = tableOf(1);
    table.of('mail', 'a');
    table.of('mail', 'b');
    table.of('bulk', 'a');
    expect(names()).toEqual(['mail/a', `mail/${OTHER_TASKS}`, `bulk/${OTHER_TASKS}`]);
  });

  it('stays bounded however many names are made up', () => {
    const { table } = tableOf(5);
    for (let job = 0; job < 10_000; job++) table.of('mail', `task-${job}`);
    expect(table.all()).toHaveLength(6);
  });

  it('tells of its bound once, when it is met', () => {
    const { table, told } = tableOf(2);
    table.of('mail', 'a');
    expect(told).toEqual([]);
    for (const task of ['b', 'c', 'd', 'e']) table.of('mail', task);
    table.of('bulk', 'f');
    expect(told).toEqual(['full']);
  });

  it('takes the names of what every object has for names like others', () => {
    const { table, names } = tableOf(10);
    for (const name of ['constructor', '__proto__', 'toString']) table.of(name, name).enqueued++;
    expect(names()).toEqual(['constructor/constructor', '__proto__/__proto__', 'toString/toString']);
    expect(table.all().map(({ enqueued }) => enqueued)).toEqual([1, 1, 1]);
  });
});
