import { v4, v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { NewJob } from '../../../../lib/contract/index.js';
import { Envelopes } from '../../../../lib/backends/redis/envelope.js';
import { unpackId } from '../../../../lib/backends/redis/packed-id.js';
import { PlainBatch } from '../../../../lib/backends/redis/plain-batch.js';
import { aJob } from '../../../../lib/testing/index.js';

const HEAD = 8;

/** As the script takes them apart. */
function entriesOf(chunk: Buffer, order: number): { readonly id: string; readonly envelope: Buffer }[] {
  const entries = [];
  for (let at = order === 0 ? HEAD : 0; at < chunk.length;) {
    const idEnd = at + 2 + chunk.readUInt16BE(at);
    const end = idEnd + 4 + chunk.readUInt32BE(idEnd);
    entries.push({
      id: unpackId(chunk.toString('utf8', at + 2, idEnd)),
      envelope: chunk.subarray(idEnd + 4, end),
    });
    at = end;
  }
  return entries;
}

const queue = 'mail';
const batchOf = (jobs: readonly NewJob[]) => new PlainBatch(new Envelopes(), jobs);

describe('a batch of plain jobs', () => {
  it.each([
    ['a text', 'a\nb'],
    ['a text of any script', '日本 žluťoučký 🐎'],
    ['half a character', '\ud83d'],
    ['bytes', Uint8Array.of(0, 255, 10, 13)],
    ['nothing', undefined],
    ['an empty text', ''],
  ])('writes each job as it is kept: %s', (_, payload) => {
    const headers = { 'x-tenant': 'Łódź' };
    const jobs = [
      aJob({ queue, payload, priority: 20 }),
      aJob({ queue, payload, headers, name: 'dopis' }),
      aJob({ queue, id: '日本' }),
    ];
    const envelopes = new Envelopes();
    expect(batchOf(jobs).chunks.flatMap(entriesOf)).toEqual(
      jobs.map((job) => ({ id: job.id, envelope: Buffer.from(envelopes.write(job) as string) })),
    );
  });

  it('shares a place among jobs of one priority whose ids ascend, and no others', () => {
    const [first, second, third, fourth] = Array.from({ length: 4 }, () => v7()).toSorted() as [
      string,
      string,
      string,
      string,
    ];
    const ids = [first, second, fourth, third, 'a', 'b'];
    const jobs = ids.map((id, n) => aJob({ queue, id, priority: n === 1 ? 11 : 10 }));
    expect(batchOf(jobs).runs).toEqual([1, 1, 1, 1, 1, 1]);
    expect(
      batchOf([first, second, third, fourth].map((id) => aJob({ queue, id, priority: 3 }))).runs,
    ).toEqual([4]);
  });

  it('begins another chunk when one is long, and holds a job longer than a chunk', () => {
    const sizes = [300_000, 300_000, 300_000, 300_000, 3_000_000, 10, 10];
    const jobs = sizes.map((size) => aJob({ queue, id: v4(), payload: 'x'.repeat(size) }));
    const { chunks } = batchOf(jobs);
    expect(chunks.map((chunk, order) => entriesOf(chunk, order).length)).toEqual([4, 1, 2]);
    expect(chunks.flatMap(entriesOf).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  });

  it('has a job that is longer than a chunk right behind the head', () => {
    const { chunks } = batchOf([aJob({ queue, payload: 'x'.repeat(3_000_000) }), aJob({ queue })]);
    expect(chunks.map((chunk, order) => entriesOf(chunk, order).length)).toEqual([1, 1]);
  });

  it('says first how many jobs and runs there are, and last how long those are unless it is one', () => {
    const ids = [v7(), v7(), v7()].toSorted();
    const oneRun = batchOf(ids.map((id) => aJob({ queue, id, priority: 3 })));
    expect([oneRun.chunks[0]?.readUInt32BE(0), oneRun.chunks[0]?.readUInt32BE(4)]).toEqual([3, 1]);
    expect(oneRun.arguments).toEqual(oneRun.chunks);
    const threeRuns = batchOf(ids.toReversed().map((id) => aJob({ queue, id, priority: 3 })));
    expect([threeRuns.chunks[0]?.readUInt32BE(0), threeRuns.chunks[0]?.readUInt32BE(4)]).toEqual([3, 3]);
    expect(threeRuns.arguments).toEqual([...threeRuns.chunks, 1, 1, 1]);
  });

  it('is not changed by the next', () => {
    const { chunks } = batchOf([aJob({ queue, payload: 'one' })]);
    const before = Buffer.concat(chunks);
    batchOf([aJob({ queue, payload: 'other' })]);
    expect(Buffer.concat(chunks)).toEqual(before);
  });
});
