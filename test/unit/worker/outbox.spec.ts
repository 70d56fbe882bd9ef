import { describe, expect, it } from 'vitest';
import type { Outcome, Receipt } from '../../../lib/contract/index.js';
import { Outbox } from '../../../lib/worker/outbox.js';
import { RunTable } from '../../../lib/worker/run-table.js';
import { aClaimedJob, aTask, ExecutionDesk } from '../execution/a-run.js';

const desk = new ExecutionDesk();
const aRun = (id: string) => {
  desk.tasks.set(
    'send-email',
    aTask(() => 1),
  );
  return desk.executor.prepare(aClaimedJob({ id, receipt: { id } as never }), desk.owner, desk.environment);
};
const COMPLETED: Outcome = { kind: 'completed' };

describe('Outbox', () => {
  it('hands over what has ended, in order, once', () => {
    const outbox = new Outbox(1_000);
    outbox.put(aRun('a'), COMPLETED);
    outbox.put(aRun('b'), COMPLETED);
    expect(outbox.size).toBe(2);
    expect(outbox.take().runs.map(({ job }) => job.id)).toEqual(['a', 'b']);
    expect([outbox.size, outbox.take().settlements]).toEqual([0, []]);
  });

  it('puts what could not be sent before what came meanwhile', () => {
    const outbox = new Outbox(1_000);
    outbox.put(aRun('a'), COMPLETED);
    const batch = outbox.take();
    outbox.put(aRun('b'), COMPLETED);
    outbox.putBack(batch);
    const again = outbox.take();
    expect(again.runs.map(({ job }) => job.id)).toEqual(['a', 'b']);
    expect(again.settlements.map(({ receipt }) => receipt)).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('lets progress that is not written ride along', async () => {
    const outbox = new Outbox(1_000);
    const run = aRun('a');
    await run.progress(1);
    await run.progress(2);
    outbox.put(run, COMPLETED);
    expect(outbox.take().settlements[0]?.progress).toEqual({ current: 2, total: 0 });
    expect(run.isOver).toBe(true);
  });

  it.each<[string, Outcome, Outcome]>([
    [
      'a retry',
      { kind: 'retry', in: 5_000, error: { name: 'E', message: '' } },
      { kind: 'retry', in: 1_000, error: { name: 'E', message: '' } },
    ],
    [
      'a release',
      { kind: 'released', in: 5_000, countAttempt: false },
      { kind: 'released', in: 1_000, countAttempt: false },
    ],
    [
      'a release at once',
      { kind: 'released', countAttempt: false },
      { kind: 'released', countAttempt: false },
    ],
    [
      'a short retry',
      { kind: 'retry', in: 5, error: { name: 'E', message: '' } },
      { kind: 'retry', in: 5, error: { name: 'E', message: '' } },
    ],
  ])('puts %s off no longer than the backend can', (_, outcome, sent) => {
    const outbox = new Outbox(1_000);
    outbox.put(aRun('a'), outcome);
    expect(outbox.take().settlements[0]?.outcome).toEqual(sent);
  });
});

describe('RunTable', () => {
  it('finds runs by their receipts and by their jobs', () => {
    const table = new RunTable();
    const [a, b, c] = [aRun('a'), aRun('b'), aRun('c')];
    for (const run of [a, b, c]) table.add(run);
    expect(table.byReceipt([b.job.receipt, {} as Receipt])).toEqual([b]);
    expect(table.byReceipt([])).toEqual([]);
    expect(table.find('default', 'c').map(({ job }) => job.id)).toEqual(['c']);
    expect(table.find('other', 'c')).toEqual([]);
    expect(table.receipts()).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  });

  it('finds both runs of a job whose lease this process lost and took again', () => {
    const table = new RunTable();
    table.add(aRun('a'));
    table.add(aRun('a'));
    expect(table.find('default', 'a')).toHaveLength(2);
  });

  it('loses none of the others when one is removed, from wherever', () => {
    const table = new RunTable();
    const runs = ['a', 'b', 'c', 'd'].map(aRun);
    for (const run of runs) table.add(run);
    const left = () =>
      table
        .all()
        .map(({ job }) => job.id)
        .toSorted();
    table.remove(runs[1]!);
    expect(left()).toEqual(['a', 'c', 'd']);
    table.remove(runs[3]!);
    table.remove(runs[0]!);
    expect(left()).toEqual(['c']);
    table.remove(runs[2]!);
    expect(table.size).toBe(0);
  });

  it('does nothing when one that is not there is removed', () => {
    const table = new RunTable();
    const [there, gone] = [aRun('a'), aRun('b')];
    table.add(there);
    table.add(gone);
    table.remove(gone);
    table.remove(gone);
    expect(table.all().map(({ job }) => job.id)).toEqual(['a']);
  });
});
