import { type BenchSize, type Measure, measured } from '../measure.js';
import { rounds } from '../subjects.js';
import { privateServer } from './private-server.js';

/** In the order in which a round runs them. */
const EVERY = ['ours', 'bullmq', 'bee-queue', 'raw'] as const;
/** The raw program knows no delays. */
const TIMED = ['ours', 'bullmq', 'bee-queue'] as const;

const SIZE = { whole: 50_000, quick: 20_000 };
const SAMPLES = { whole: 1_000, quick: 300 };
const BACKLOG = { whole: 1_000_000, quick: 200_000 };
const DUE = 10_000;
/** Of which the second half is measured. */
const SHORT_LINE = 20_000;

/** One row, or several of one subject: what runs and how it is judged. */
interface Plan {
  readonly measure: string;
  readonly unit: string;
  readonly subject: string;
  readonly products: readonly string[];
  /** After the product in the subject's arguments. */
  readonly args?: string;
  readonly jobs: number;
  readonly better: 'higher' | 'lower';
  /** Target of each figure, as a ratio to BullMQ. */
  readonly figures: Readonly<Record<string, { readonly target: number; readonly called?: string }>>;
}

/** The targets of the Redis backend, beside BullMQ, bee-queue and a raw program on one private server. */
export async function* redisBench(size: BenchSize): AsyncIterable<Measure> {
  const { rounds: count, quick, isWanted, node } = size;
  const pick = ({ whole, quick: small }: { whole: number; quick: number }) => (quick ? small : whole);
  const server = await privateServer();
  try {
    const wanted = plans(pick(SIZE), pick(SAMPLES)).filter(({ measure }) => isWanted(measure));
    for (const plan of wanted) yield* compare(plan, server.url, count, node);
    const waiting = pick(BACKLOG);
    if (isWanted(longLineOf(waiting))) yield await longLine(waiting, server.url, count, node);
  } finally {
    await server.stop();
  }
}

function plans(jobs: number, samples: number): Plan[] {
  const process = (slots: number, target: number, keep = false): Plan => ({
    measure: `process waiting jobs, ${keep ? 'results kept' : 'nothing kept'}, ${slots} ${slots === 1 ? 'slot' : 'slots'}`,
    unit: 'jobs/s',
    subject: 'process',
    products: EVERY.filter((product) => !keep || product !== 'raw'),
    args: `${slots} ${keep ? 'keep' : 'drop'}`,
    jobs,
    better: 'higher',
    figures: { rate: { target } },
  });
  const enqueue = (measure: string, ways: string, target: number): Plan => ({
    measure,
    unit: 'jobs/s',
    subject: 'enqueue',
    products: EVERY,
    args: ways,
    jobs,
    better: 'higher',
    figures: { rate: { target } },
  });
  return [
    process(1, 3),
    process(10, 5),
    process(100, 4),
    process(100, 3, true),
    {
      measure: 'enqueue 100-way while 100 slots consume',
      unit: 'jobs/s',
      subject: 'both',
      products: EVERY,
      jobs,
      better: 'higher',
      figures: { rate: { target: 4.5 } },
    },
    {
      measure: 'the same, producers and consumers in two processes',
      unit: 'jobs/s',
      subject: 'two-processes',
      products: EVERY,
      jobs,
      better: 'higher',
      figures: { rate: { target: 4.5 } },
    },
    enqueue('enqueue one at a time', '1', 1.2),
    enqueue('enqueue 100-way', '100', 5),
    enqueue('enqueue in batches of 1,000', 'batches', 5),
    {
      measure: 'idle queue, enqueue to handler start',
      unit: 'ms',
      subject: 'idle',
      products: EVERY,
      jobs: samples,
      better: 'lower',
      figures: { p50: { target: 0.75, called: 'p50' }, p99: { target: 1, called: 'p99' } },
    },
    {
      measure: 'server memory of a waiting job',
      unit: 'bytes',
      subject: 'memory',
      products: EVERY,
      jobs,
      better: 'lower',
      figures: { bytes: { target: 0.6 } },
    },
    {
      measure: `${DUE.toLocaleString('en')} jobs due at one moment, lateness`,
      unit: 'ms',
      subject: 'due',
      products: TIMED,
      jobs: DUE,
      better: 'lower',
      figures: { p99: { target: 0.5, called: 'p99' } },
    },
  ];
}

async function* compare(plan: Plan, url: string, count: number, node: string): AsyncIterable<Measure> {
  const { subject, products, args = '', jobs, unit, better } = plan;
  const subjects = products.map((product) => [
    product,
    `${subject === 'memory' ? 'redis' : 'broker'}/${subject} ${url} ${product} ${args}`.trimEnd(),
  ]);
  const runs = await rounds(count, jobs, Object.fromEntries(subjects) as Record<string, string>, node);
  for (const [figure, { target, called }] of Object.entries(plan.figures)) {
    const of = (product: string) => runs[product]?.(figure) ?? Number.NaN;
    const peers = products.filter((product) => product !== 'ours' && product !== 'raw');
    yield measured({
      backend: 'redis',
      measure: called === undefined ? plan.measure : `${plan.measure}, ${called}`,
      unit,
      ours: of('ours'),
      peers: Object.fromEntries(peers.map((product) => [product, of(product)])),
      raw: products.includes('raw') ? of('raw') : null,
      ratio: of('ours') / of('bullmq'),
      target,
      better,
    });
  }
}

const longLineOf = (waiting: number): string =>
  `process 10,000 with ${waiting.toLocaleString('en')} waiting, mixed priorities`;

/** Ours against itself: what a long line of mixed priorities costs. */
async function longLine(waiting: number, url: string, count: number, node: string): Promise<Measure> {
  const subject = { ours: `broker/long-line ${url} ours` };
  const [short, long] = [
    await rounds(count, SHORT_LINE, subject, node),
    await rounds(count, waiting, subject, node),
  ].map((run) => run['ours']?.('rate') ?? Number.NaN);
  return measured({
    backend: 'redis',
    measure: longLineOf(waiting),
    unit: 'jobs/s',
    ours: long ?? Number.NaN,
    peers: { 'ours with no others waiting': short ?? Number.NaN },
    raw: null,
    ratio: (short ?? Number.NaN) / (long ?? Number.NaN),
    target: 1.3,
    better: 'lower',
  });
}
