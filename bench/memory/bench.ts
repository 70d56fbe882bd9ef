import { type BenchSize, type Measure, measured } from '../measure.js';
import { rounds } from '../subjects.js';

/** The targets of the memory backend. */
export async function* memoryBench({ rounds: count, jobs, quick }: BenchSize): AsyncIterable<Measure> {
  const large = quick ? 200_000 : 1_000_000;

  const both = await rounds(count, jobs, {
    ours: 'memory/end-to-end-ours',
    heap: 'memory/end-to-end-heap',
    pQueue: 'memory/end-to-end-p-queue',
    limit: 'memory/end-to-end-p-limit',
  });
  const [ours, heap, pQueue, limit] = ['ours', 'heap', 'pQueue', 'limit'].map(
    (name) => both[name]?.('rate') ?? Number.NaN,
  );
  yield endToEnd('enqueue while 100 slots consume, against a bare heap with JSON', 'heap', 0.5);
  yield endToEnd('the same against p-queue, which needs no JSON', 'pQueue', 1);

  const pipeline = await rounds(count, large, { ours: 'memory/pipeline' });
  yield lower(
    'pipeline with its built-ins, added to a call',
    'µs a job',
    pipeline['ours']?.('microseconds'),
    3,
  );

  const enhancers = await rounds(count, quick ? 20_000 : 200_000, { ours: 'memory/enhancers' });
  yield lower(
    'a guard, an interceptor and a pipe, added to a handler',
    'µs a job',
    enhancers['ours']?.('enhanced'),
    5,
  );
  yield lower(
    'a request-scoped handler, added to one that is not',
    'µs a job',
    enhancers['ours']?.('scoped'),
    60,
  );

  const waiting = await rounds(1, large, { ours: 'memory/waiting-rss' });
  const bound = quick ? 700 * (large / 1_000_000) + 120 : 700;
  yield lower(
    `${large.toLocaleString('en')} waiting jobs, resident`,
    'MB',
    waiting['ours']?.('megabytes'),
    bound,
  );

  const few = await rounds(count, 10_000, { ours: 'memory/claim-cost' });
  const many = await rounds(count, large, { ours: 'memory/claim-cost' });
  const [base, full] = [few, many].map((run) => run['ours']?.('microseconds') ?? Number.NaN);
  yield measured({
    backend: 'memory',
    measure: `claim with ${large.toLocaleString('en')} waiting, against 10,000`,
    unit: 'µs a job',
    ours: full ?? Number.NaN,
    peers: { 'ours at 10,000': base ?? Number.NaN },
    raw: null,
    ratio: (full ?? Number.NaN) / (base ?? Number.NaN),
    target: 2,
    better: 'lower',
  });

  const growth = await rounds(1, large, { ours: 'memory/heap-growth' });
  const span = `heap from ${(large / 10).toLocaleString('en')} to ${large.toLocaleString('en')} completed jobs`;
  yield lower(span, 'MB', growth['ours']?.('megabytes'), 10);

  const scoped = await rounds(1, 100_000, { ours: 'memory/scoped-heap' });
  yield lower('heap over 100,000 jobs of a request-scoped handler', 'MB', scoped['ours']?.('megabytes'), 1);

  function endToEnd(measure: string, against: 'heap' | 'pQueue', target: number): Measure {
    const other = against === 'heap' ? heap : pQueue;
    return measured({
      backend: 'memory',
      measure,
      unit: 'jobs/s',
      ours: ours ?? Number.NaN,
      peers: { 'p-queue': pQueue ?? Number.NaN, 'p-queue as a mere limit': limit ?? Number.NaN },
      raw: heap ?? Number.NaN,
      ratio: (ours ?? Number.NaN) / (other ?? Number.NaN),
      target,
      better: 'higher',
    });
  }
}

function lower(measure: string, unit: string, value: number | undefined, target: number): Measure {
  const ours = value ?? Number.NaN;
  return measured({
    backend: 'memory',
    measure,
    unit,
    ours,
    peers: {},
    raw: null,
    ratio: ours,
    target,
    better: 'lower',
  });
}
