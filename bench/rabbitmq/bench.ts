import { type BenchSize, type Measure, measured } from '../measure.js';
import { privateServer as privateRedis } from '../redis/private-server.js';
import { rounds } from '../subjects.js';
import { privateServer } from './private-server.js';
import { LEDGER_URL } from './products.js';

const SIZE = { whole: 50_000, quick: 20_000 };
const SAMPLES = { whole: 1_000, quick: 300 };

interface Plan {
  readonly measure: string;
  readonly unit: string;
  readonly subject: string;
  /** After the product in the subject's arguments. */
  readonly args?: string;
  readonly jobs: number;
  readonly better: 'higher' | 'lower';
  readonly figure: string;
  readonly target: number;
  /** What the target is about. */
  readonly compare: (ours: number, raw: number) => number;
}

const ratio = (ours: number, raw: number): number => ours / raw;
const difference = (ours: number, raw: number): number => ours - raw;

/** The targets of the RabbitMQ backend, beside a bare `amqplib` program on one private server; with its jobs in memory, and on Redis without a target. */
export async function* rabbitMqBench({ rounds: count, quick, isWanted }: BenchSize): AsyncIterable<Measure> {
  const server = await privateServer();
  const ledger = await privateRedis();
  process.env[LEDGER_URL] = ledger.url;
  try {
    for (const plan of plans(quick ? SIZE.quick : SIZE.whole, quick ? SAMPLES.quick : SAMPLES.whole)) {
      if (isWanted(plan.measure)) yield* compare(plan, server.url, count);
    }
  } finally {
    await Promise.all([server.stop(), ledger.stop()]);
  }
}

function plans(jobs: number, samples: number): Plan[] {
  const rate = (measure: string, subject: string, target: number, args?: string): Plan => ({
    measure,
    unit: 'jobs/s',
    subject,
    ...(args !== undefined && { args }),
    jobs,
    better: 'higher',
    figure: 'rate',
    target,
    compare: ratio,
  });
  return [
    rate('process waiting jobs, 100 slots', 'process', 0.85, '100 drop'),
    rate('enqueue 100-way while 100 slots consume', 'both', 0.85),
    rate('enqueue 100-way', 'enqueue', 0.8, '100'),
    {
      measure: 'idle queue, enqueue to handler start, p50',
      unit: 'ms',
      subject: 'idle',
      jobs: samples,
      better: 'lower',
      figure: 'p50',
      target: 1,
      compare: difference,
    },
  ];
}

async function* compare(plan: Plan, url: string, count: number): AsyncIterable<Measure> {
  const { subject, args = '', jobs, unit, better, figure, measure, target } = plan;
  const run = (product: string) => `broker/${subject} ${url} ${product} ${args}`.trimEnd();
  const runs = await rounds(count, jobs, {
    ours: run('ours'),
    raw: run('raw'),
    kept: run('ours-over-redis'),
  });
  const [ours, raw, kept] = ['ours', 'raw', 'kept'].map((key) => runs[key]?.(figure) ?? Number.NaN) as [
    number,
    number,
    number,
  ];
  const row = { backend: 'rabbitmq', unit, raw, better, peers: {} };
  yield measured({ ...row, measure, ours, ratio: plan.compare(ours, raw), target });
  yield measured({
    ...row,
    measure: `the same, with its jobs on Redis`,
    ours: kept,
    ratio: plan.compare(kept, raw),
    target: null,
  });
}
