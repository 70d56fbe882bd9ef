import { type BenchSize, type Measure, measured } from '../measure.js';
import { nodeForAll } from '../node-for-all.js';
import { rounds } from '../subjects.js';
import { type Plan, plans } from './plans.js';
import { privateServer } from './private-server.js';

const SIZE = { whole: 50_000, quick: 20_000 };
const SAMPLES = { whole: 1_000, quick: 300 };
const BACKLOG = { whole: 1_000_000, quick: 200_000 };
/** Of which the second half is measured. */
const SHORT_LINE = 20_000;

/** The targets of the PostgreSQL backend, beside its peers and a raw program on one private server and on one Node. */
export async function* postgresBench({ rounds: count, quick, isWanted }: BenchSize): AsyncIterable<Measure> {
  const pick = ({ whole, quick: small }: { whole: number; quick: number }) => (quick ? small : whole);
  const server = await privateServer();
  try {
    const wanted = plans(pick(SIZE), pick(SAMPLES)).filter(({ measure }) => isWanted(measure));
    for (const plan of wanted) yield await compare(plan, server.url, count);
    const waiting = pick(BACKLOG);
    if (isWanted(longLineOf(waiting))) yield await longLine(waiting, server.url, count);
  } finally {
    await server.stop();
  }
}

async function compare(plan: Plan, url: string, count: number): Promise<Measure> {
  const { subject, products, args = '', jobs, unit, better, figure, target, beside } = plan;
  const subjects = products.map((product) => [
    product,
    `broker/${subject} ${url} ${product} ${args}`.trimEnd(),
  ]);
  const runs = await rounds(
    count,
    jobs,
    Object.fromEntries(subjects) as Record<string, string>,
    nodeForAll(),
  );
  const of = (product: string) => runs[product]?.(figure) ?? Number.NaN;
  const peers = products.filter((product) => product !== 'ours' && product !== 'raw');
  const figures = peers.map(of);
  const best = better === 'higher' ? Math.max(...figures) : Math.min(...figures);
  return measured({
    backend: 'postgres',
    measure: plan.measure,
    unit,
    ours: of('ours'),
    peers: Object.fromEntries(peers.map((product) => [product, of(product)])),
    raw: products.includes('raw') ? of('raw') : null,
    ratio: of('ours') / (beside === 'fastest' ? best : of(beside)),
    target,
    better,
  });
}

const longLineOf = (waiting: number): string =>
  `process 10,000 with ${waiting.toLocaleString('en')} waiting, mixed priorities`;

/** Ours against itself: what a long line of mixed priorities costs. */
async function longLine(waiting: number, url: string, count: number): Promise<Measure> {
  const subject = { ours: `broker/long-line ${url} ours` };
  const run = async (jobs: number): Promise<number> =>
    (await rounds(count, jobs, subject, nodeForAll()))['ours']?.('rate') ?? Number.NaN;
  const [short, long] = [await run(SHORT_LINE), await run(waiting)];
  return measured({
    backend: 'postgres',
    measure: longLineOf(waiting),
    unit: 'jobs/s',
    ours: long,
    peers: { 'ours with no others waiting': short },
    raw: null,
    ratio: short / long,
    target: 1.3,
    better: 'lower',
  });
}
