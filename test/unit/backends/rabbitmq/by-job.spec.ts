import { describe, expect, it } from 'vitest';
import { ByJob } from '../../../../lib/backends/rabbitmq/by-job.js';

describe('something by job', () => {
  it('is of one job of one queue', () => {
    const notes = new ByJob<string>();
    notes.set('mails', 'a', 'first');
    notes.set('bills', 'a', 'second');
    expect([notes.get('mails', 'a'), notes.get('bills', 'a'), notes.get('mails', 'b')]).toEqual([
      'first',
      'second',
      undefined,
    ]);
    expect([notes.has('bills', 'a'), notes.has('bills', 'b'), notes.has('calls', 'a')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is counted once, however often it is set or taken', () => {
    const notes = new ByJob<number>();
    notes.set('mails', 'a', 1);
    notes.set('mails', 'a', 2);
    notes.set('bills', 'a', 3);
    expect({ size: notes.size, values: [...notes.values()] }).toEqual({ size: 2, values: [2, 3] });
    expect([notes.delete('mails', 'a'), notes.delete('mails', 'a'), notes.size]).toEqual([true, false, 1]);
    notes.clear();
    expect([notes.size, notes.get('bills', 'a'), notes.has('bills', 'a')]).toEqual([0, undefined, false]);
  });

  it('may be taken while all are looked at', () => {
    const notes = new ByJob<string>();
    for (const id of ['a', 'b', 'c']) notes.set('mails', id, id);
    for (const id of notes.values()) if (id !== 'c') notes.delete('mails', id);
    expect([...notes.values()]).toEqual(['c']);
  });
});
