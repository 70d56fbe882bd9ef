import { v4, v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { NewJob } from '../../../../lib/contract/index.js';
import { Envelopes } from '../../../../lib/backends/redis/envelope.js';
import { unpackId } from '../../../../lib/backends/redis/packed-id.js';
import { PlainBatch } from '../../../../lib/backends/redis/plain-batch.js';
import { aJob } from '../../../../lib/testing/index.js';
import { wordsOf } from './words-of.js';

const queue = 'mail';
/** 2026-11-27, as six bytes: 0x01a21e2b9d80. */
const NOW = 0x01a21e2b9d80;
const HEAD = Buffer.from('2e01a21e2b9d80', 'hex');
const batchOf = (jobs: readonly NewJob[]) => new PlainBatch(new Envelopes(), jobs, NOW);

/** As the script takes them. */
function entriesOf(batch: PlainBatch): { readonly id: string; readonly envelope: Buffer }[] {
  const [, ...words] = wordsOf(batch.arguments.bytes);
  return words.flatMap((word, place) =>
    place % 2 === 0 ? { id: unpackId(word.toString()), envelope: words[place + 1] as Buffer } : [],
  );
}

const countsOf = (batch: PlainBatch): number[] => {
  const [counts] = wordsOf(batch.arguments.bytes) as [Buffer];
  return Array.from({ length: counts.length / 4 }, (_, place) => counts.readUInt32BE(4 * place));
};

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
    expect(entriesOf(batchOf(jobs))).toEqual(
      jobs.map((job) => ({
        id: job.id,
        envelope: Buffer.concat([HEAD, Buffer.from(envelopes.write(job) as string)]),
      })),
    );
  });

  it.each([1, 10, 40, 99, 500, 999, 1_000, 5_000, 10_000])(
    'says how long an envelope is of which the payload has %i characters that take more than a byte',
    (length) => {
      const jobs = ['ž', '本', 'x', '🐎'].map((letter) => aJob({ queue, payload: letter.repeat(length) }));
      const envelopes = new Envelopes();
      expect(entriesOf(batchOf(jobs)).map(({ envelope }) => envelopes.read(envelope).payload)).toEqual(
        jobs.map(({ payload }) => payload),
      );
    },
  );

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

  it('says first how many jobs and runs there are, and how long these are', () => {
    const ids = [v7(), v7(), v7()].toSorted();
    expect(countsOf(batchOf(ids.map((id) => aJob({ queue, id, priority: 3 }))))).toEqual([3, 1, 3]);
    const threeRuns = batchOf(ids.toReversed().map((id) => aJob({ queue, id, priority: 3 })));
    expect(countsOf(threeRuns)).toEqual([3, 3, 1, 1, 1]);
  });

  it.each([
    ['many that are long together', [300_000, 300_000, 300_000, 300_000, 700_000, 10, 10]],
    ['one that is longer than what is written at once', [10, 3_000_000, 10]],
    ['one that is that long and comes first', [3_000_000, 10]],
  ])('writes %s', (_, sizes) => {
    const jobs = sizes.map((size) => aJob({ queue, id: v4(), payload: 'x'.repeat(size) }));
    const entries = entriesOf(batchOf(jobs));
    expect(entries.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
    const envelopes = new Envelopes();
    expect(entries.map(({ envelope }) => envelopes.read(envelope).payload?.length)).toEqual(sizes);
    expect(batchOf(jobs).arguments.count).toBe(1 + 2 * jobs.length);
  });

  it('is not changed by the next', () => {
    const { bytes } = batchOf([aJob({ queue, payload: 'one' })]).arguments;
    const before = Buffer.from(bytes);
    void batchOf([aJob({ queue, payload: 'other' })]).arguments;
    expect(bytes).toEqual(before);
  });
});
