import type { PoolStats } from '../worker/index.js';
import type { BucketTally } from './bucket-tally.js';
import type { LoopLag } from './loop-lag.js';
import { METRIC_CATALOGUE, type MetricName } from './metric-catalogue.js';
import type { PromSample } from './prom-client.js';
import type { QueueGauges } from './queue-gauges.js';
import { RUN_OUTCOMES, type TaskTally } from './task-tally.js';
import { WorkMetric } from './work-metric.js';
import type { WorkTallies } from './work-tallies.js';

export interface MetricSources {
  readonly work: WorkTallies;
  readonly queues: readonly QueueGauges[];
  readonly lag: LoopLag;
  readonly stats: () => PoolStats;
}

type Read = (name: string) => readonly PromSample[] | Promise<readonly PromSample[]>;
type Labels = Readonly<Record<string, string>>;

/** Every metric of the catalogue, over what was counted and what is asked for. */
export function metricsOf(sources: MetricSources, prefix: string): WorkMetric[] {
  const readers: Readonly<Record<MetricName, Read>> = { ...taskReaders(sources), ...otherReaders(sources) };
  const reset = () => {
    for (const tally of [...sources.work.tasks.all(), ...sources.work.claims.values()]) tally.reset();
    sources.work.leasesLost = 0;
  };
  return METRIC_CATALOGUE.map((entry) => new WorkMetric(entry, prefix, readers[entry.name], reset));
}

function taskReaders({ work }: MetricSources) {
  const each =
    (samples: (tally: TaskTally, name: string) => readonly PromSample[]): Read =>
    (name) =>
      work.tasks.all().flatMap((tally) => samples(tally, name));
  return {
    enqueued_total: each(({ labels, enqueued }) => [{ labels, value: enqueued }]),
    runs_total: each(({ labels, outcomes }) =>
      RUN_OUTCOMES.map((outcome) => ({ labels: { ...labels, outcome }, value: outcomes[outcome] })),
    ),
    dead_letters_total: each(({ labels, deadLetters }) =>
      // A series that begins with its first dead letter would hide that one from rate().
      [...(deadLetters.has('error') ? [] : [['error', 0] as const]), ...deadLetters].map(
        ([reason, value]) => ({
          labels: { ...labels, reason },
          value,
        }),
      ),
    ),
    wait_seconds: each(({ labels, wait }, name) => wait.samples(name, labels)),
    run_seconds: each(({ labels, run }, name) => run.samples(name, labels)),
  };
}

function otherReaders({ work, queues, lag, stats }: MetricSources) {
  const claims = [...work.claims.values()];
  const buckets =
    (pick: (claim: (typeof claims)[number]) => readonly [BucketTally, Labels]): Read =>
    (name) =>
      claims.flatMap((claim) => {
        const [tally, labels] = pick(claim);
        return tally.samples(name, labels);
      });
  const ofPool =
    (pick: (stats: PoolStats) => number): Read =>
    () => [{ labels: {}, value: pick(stats()) }];
  const ofQueues =
    (pick: (queue: QueueGauges) => Promise<PromSample | PromSample[]>): Read =>
    async () =>
      (await Promise.all(queues.map(pick))).flat();
  return {
    leases_lost_total: () => [{ labels: {}, value: work.leasesLost }],
    claim_jobs: buckets(({ jobs, labels }) => [jobs, labels]),
    settle_jobs: buckets(({ settled, labels }) => [settled, labels]),
    claim_seconds: buckets(({ took, labels }) => [took, labels]),
    claim_failures_total: () => claims.map(({ labels, failures }) => ({ labels, value: failures })),
    workers: ofPool(({ size }) => size),
    worker_slots: ofPool(({ capacity }) => capacity),
    worker_slots_used: ofPool(({ active }) => active),
    worker_zombies: ofPool(({ zombies }) => zombies),
    event_loop_lag_seconds: () => lag.samples(),
    backend_up: ofQueues((queue) => queue.up()),
    fleet_exporter: ofQueues((queue) => queue.leads()),
    queue_jobs: ofQueues((queue) => queue.jobs()),
    queue_oldest_seconds: ofQueues((queue) => queue.oldest()),
    queue_paused: ofQueues((queue) => queue.paused()),
  };
}
