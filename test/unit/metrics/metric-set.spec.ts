import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { ClaimedJob, NewJob, Outcome } from '../../../lib/contract/index.js';
import type { ProbedRun } from '../../../lib/events/index.js';
import { LoopLag } from '../../../lib/metrics/loop-lag.js';
import { METRIC_CATALOGUE } from '../../../lib/metrics/metric-catalogue.js';
import { metricsOf } from '../../../lib/metrics/metric-set.js';
import { TallyTable } from '../../../lib/metrics/tally-table.js';
import { WorkTallies } from '../../../lib/metrics/work-tallies.js';
import type { PoolStats } from '../../../lib/worker/index.js';

const BOUNDS = { wait: [0.1, 1], run: [0.1, 1] };
const STATS = { size: 4, capacity: 40, active: 3, zombies: 1 } as PoolStats;

/** Metrics in a registry of prom-client, and what is told to them. */
function watched(prefix = 'tasks_') {
  const work = new WorkTallies(new TallyTable(BOUNDS, 10, () => undefined), ['main']);
  const registry = new Registry();
  const sources = { work, queues: [], lag: new LoopLag(), stats: () => STATS };
  const metrics = metricsOf(sources, prefix);
  for (const metric of metrics) registry.registerMetric(metric as never);
  /** The lines of one metric, without its comments. */
  const linesOf = async (name: string): Promise<string[]> =>
    (await registry.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#'));
  return { work, registry, metrics, linesOf };
}

const job = (own: Partial<ClaimedJob> = {}): ClaimedJob =>
  ({ queue: 'mails', name: 'send', id: '1', createdAt: 1_000, ...own }) as ClaimedJob;
const run = (own: Partial<ProbedRun> = {}): ProbedRun =>
  ({ job: job(), attempt: 1, startedAt: 1_500, hasBegun: true, duration: 250, ...own }) as ProbedRun;
const failed = (code?: string): Outcome => ({
  kind: 'failed',
  error: { name: 'Error', message: 'boom', ...(code === undefined ? {} : { code }) },
});

describe('What a scrape says', () => {
  it('has every metric of the catalogue, with its type and its help', async () => {
    const { registry } = watched();
    const text = await registry.metrics();
    const missing = METRIC_CATALOGUE.filter(
      ({ name, type, help }) =>
        !text.includes(`# HELP tasks_${name} ${help}`) || !text.includes(`# TYPE tasks_${name} ${type}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a counter for each outcome of a task, also for those that never came', async () => {
    const { work, linesOf } = watched();
    work.settled(run(), { kind: 'completed', result: undefined });
    expect(await linesOf('tasks_runs_total')).toEqual(
      ['completed', 'retrying', 'failed', 'cancelled', 'released', 'lost'].map(
        (outcome) =>
          `tasks_runs_total{queue="mails",task="send",outcome="${outcome}"} ${outcome === 'completed' ? 1 : 0}`,
      ),
    );
  });

  it('has histograms with cumulated buckets, a sum and a count', async () => {
    const { work, linesOf } = watched();
    work.started(run());
    const own = 'queue="mails",task="send"';
    expect(await linesOf('tasks_wait_seconds')).toEqual([
      `tasks_wait_seconds_bucket{le="0.1",${own}} 0`,
      `tasks_wait_seconds_bucket{le="1",${own}} 1`,
      `tasks_wait_seconds_bucket{le="+Inf",${own}} 1`,
      `tasks_wait_seconds_sum{${own}} 0.5`,
      `tasks_wait_seconds_count{${own}} 1`,
    ]);
  });

  it('escapes what a queue or a task is called', async () => {
    const { work, linesOf } = watched();
    work.enqueued({ queue: 'a"b', name: 'c\\d\ne' } as NewJob);
    expect(await linesOf('tasks_enqueued_total')).toEqual([
      'tasks_enqueued_total{queue="a\\"b",task="c\\\\d\\ne"} 1',
    ]);
  });

  it('begins all names with the prefix that is chosen', async () => {
    const { registry } = watched('shop_');
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('shop_'))).toEqual([]);
    expect(names).toContain('shop_worker_slots');
  });

  it('tells the workers of the process', async () => {
    const { linesOf } = watched();
    const values = ['workers', 'worker_slots', 'worker_slots_used', 'worker_zombies'].map((name) =>
      linesOf(`tasks_${name}`),
    );
    expect((await Promise.all(values)).flat()).toEqual([
      'tasks_workers 4',
      'tasks_worker_slots 40',
      'tasks_worker_slots_used 3',
      'tasks_worker_zombies 1',
    ]);
  });

  it('is all at zero again after a reset of the registry', async () => {
    const { work, registry, linesOf } = watched();
    work.settled(run(), failed());
    work.lost(job());
    registry.resetMetrics();
    expect(await linesOf('tasks_leases_lost_total')).toEqual(['tasks_leases_lost_total 0']);
    expect((await linesOf('tasks_runs_total')).filter((line) => !line.endsWith(' 0'))).toEqual([]);
  });
});

describe('What is counted of the work', () => {
  it('is a wait of first starts alone: no retry, and no replay', async () => {
    const { work, linesOf } = watched();
    work.started(run({ attempt: 2 }));
    work.started(run({ job: job({ extra: { replays: 1 } }) }));
    expect(await linesOf('tasks_wait_seconds')).toEqual([]);
  });

  it('is no negative wait, where the clocks of two machines differ', async () => {
    const { work, linesOf } = watched();
    work.started(run({ startedAt: 900 }));
    expect((await linesOf('tasks_wait_seconds')).at(-2)).toMatch(/_sum\{.*\} 0$/);
  });

  it('is no duration of a run that never began', async () => {
    const { work, linesOf } = watched();
    work.settled(run({ hasBegun: false }), { kind: 'released', countAttempt: false });
    expect((await linesOf('tasks_run_seconds')).at(-1)).toMatch(/_count\{.*\} 0$/);
  });

  it.each([
    ['a code of ours by that code', 'TASKS_TIMEOUT', 'TASKS_TIMEOUT'],
    ['any other as an error, so that nobody can make up series', 'E_CUSTOMER_4711', 'error'],
    ['what an object has anyway as no code', 'constructor', 'error'],
    ['none as an error', undefined, 'error'],
  ])('is, of dead letters with %s', async (_, code, reason) => {
    const { work, linesOf } = watched();
    work.settled(run(), failed(code));
    expect(await linesOf('tasks_dead_letters_total')).toContain(
      `tasks_dead_letters_total{queue="mails",task="send",reason="${reason}"} 1`,
    );
  });

  it('is a dead letter that the store itself has made, and none of a job that it cancelled', async () => {
    const { work, linesOf } = watched();
    const ended = { queue: 'mails', id: '1', name: 'send', attempt: 3 };
    work.ended({ ...ended, error: { name: 'Error', message: '', code: 'TASKS_STALLED' } });
    work.ended({ ...ended, cancelReason: 'no need' });
    const counted = (await linesOf('tasks_dead_letters_total')).filter((line) => line.endsWith(' 1'));
    expect(counted).toEqual(['tasks_dead_letters_total{queue="mails",task="send",reason="TASKS_STALLED"} 1']);
  });

  it('is a lost lease, of the process and of the task', async () => {
    const { work, linesOf } = watched();
    work.lost(job());
    expect(await linesOf('tasks_leases_lost_total')).toEqual(['tasks_leases_lost_total 1']);
    expect(await linesOf('tasks_runs_total')).toContain(
      'tasks_runs_total{queue="mails",task="send",outcome="lost"} 1',
    );
  });

  it('is each claim with its batch, and each that failed', async () => {
    const { work, linesOf } = watched();
    work.claimed({ backend: 'main', jobs: [job(), job()], settled: 7, startedAt: 0, took: 20 });
    work.claimFailed('main');
    work.claimFailed('of no entry');
    const sums = ['claim_jobs', 'settle_jobs', 'claim_seconds'].map(async (name) =>
      (await linesOf(`tasks_${name}`)).at(-2),
    );
    expect(await Promise.all(sums)).toEqual([
      'tasks_claim_jobs_sum{backend="main"} 2',
      'tasks_settle_jobs_sum{backend="main"} 7',
      'tasks_claim_seconds_sum{backend="main"} 0.02',
    ]);
    expect(await linesOf('tasks_claim_failures_total')).toEqual([
      'tasks_claim_failures_total{backend="main"} 1',
    ]);
  });
});
