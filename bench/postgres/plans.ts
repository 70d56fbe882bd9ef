/** In the order in which a round runs them. */
const EVERY = ['ours', 'graphile-worker', 'pg-boss', 'bullmq', 'raw'] as const;
/** The raw program knows no delays and no history. */
const PRODUCTS = ['ours', 'graphile-worker', 'pg-boss', 'bullmq'] as const;
const DUE = 10_000;

/** One row: what runs and how it is judged. */
export interface Plan {
  readonly measure: string;
  readonly unit: string;
  readonly subject: string;
  readonly products: readonly string[];
  /** After the product in the subject's arguments. */
  readonly args?: string;
  readonly jobs: number;
  readonly better: 'higher' | 'lower';
  readonly figure: string;
  /** Ratio of ours to that one. */
  readonly beside: 'fastest' | (typeof PRODUCTS)[number];
  readonly target: number;
}

export function plans(jobs: number, samples: number): Plan[] {
  const rate = { unit: 'jobs/s', jobs, better: 'higher', figure: 'rate', beside: 'fastest' } as const;
  const process = (target: number, keep: boolean): Plan => ({
    ...rate,
    measure: `process waiting jobs, finished ones ${keep ? 'kept' : 'deleted'}, 100 slots`,
    subject: 'process',
    products: keep ? PRODUCTS : EVERY,
    args: `100 ${keep ? 'keep' : 'drop'}`,
    target,
  });
  const enqueue = (measure: string, ways: string, target: number): Plan => ({
    ...rate,
    measure,
    subject: 'enqueue',
    products: EVERY,
    args: ways,
    target,
  });
  return [
    process(1.5, true),
    process(1.7, false),
    {
      ...rate,
      measure: 'enqueue 100-way while 100 slots consume',
      subject: 'both',
      products: EVERY,
      target: 12,
    },
    {
      ...rate,
      measure: 'the same, producers and consumers in two processes',
      subject: 'two-processes',
      products: EVERY,
      target: 12,
    },
    enqueue('enqueue one at a time', '1', 2.5),
    enqueue('enqueue 100-way', '100', 20),
    enqueue('enqueue in batches of 1,000', 'batches', 1.5),
    {
      measure: 'idle queue, enqueue to handler start, p50',
      unit: 'ms',
      subject: 'idle',
      products: EVERY,
      jobs: samples,
      better: 'lower',
      figure: 'p50',
      beside: 'graphile-worker',
      target: 0.6,
    },
    {
      measure: `${DUE.toLocaleString('en')} jobs due at one moment, lateness p99`,
      unit: 'ms',
      subject: 'due',
      products: PRODUCTS,
      jobs: DUE,
      better: 'lower',
      figure: 'p99',
      beside: 'pg-boss',
      target: 0.5,
    },
  ];
}
