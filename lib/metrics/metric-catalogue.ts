/** One metric, as it is documented and exported. */
export interface MetricEntry {
  /** Behind the prefix. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

/** Every metric. A test holds this table and `docs/metrics.md` together. */
export const METRIC_CATALOGUE = [
  {
    name: 'enqueued_total',
    type: 'counter',
    labels: ['queue', 'task'],
    help: 'Jobs that this process has enqueued.',
  },
  {
    name: 'runs_total',
    type: 'counter',
    labels: ['queue', 'task', 'outcome'],
    help: 'Runs that ended here: completed, retrying, failed, cancelled, released, lost.',
  },
  {
    name: 'dead_letters_total',
    type: 'counter',
    labels: ['queue', 'task', 'reason'],
    help: 'Jobs that became dead letters here, by error code; error for what a handler threw.',
  },
  {
    name: 'wait_seconds',
    type: 'histogram',
    labels: ['queue', 'task'],
    help: 'From enqueue to the first start; a delay that was asked for counts.',
  },
  { name: 'run_seconds', type: 'histogram', labels: ['queue', 'task'], help: 'How long a run took.' },
  {
    name: 'leases_lost_total',
    type: 'counter',
    labels: [],
    help: 'Jobs in hand whose lease was lost.',
  },
  { name: 'claim_jobs', type: 'histogram', labels: ['backend'], help: 'Jobs that one claim brought.' },
  {
    name: 'settle_jobs',
    type: 'histogram',
    labels: ['backend'],
    help: 'Verdicts that one claim took along.',
  },
  { name: 'claim_seconds', type: 'histogram', labels: ['backend'], help: 'How long a claim took.' },
  {
    name: 'claim_failures_total',
    type: 'counter',
    labels: ['backend'],
    help: 'Claims that the backend did not answer.',
  },
  { name: 'workers', type: 'gauge', labels: [], help: 'Workers of this process.' },
  { name: 'worker_slots', type: 'gauge', labels: [], help: 'Jobs that they can run at once.' },
  { name: 'worker_slots_used', type: 'gauge', labels: [], help: 'Jobs that they run now.' },
  {
    name: 'worker_zombies',
    type: 'gauge',
    labels: [],
    help: 'Handlers that go on after their run has ended.',
  },
  {
    name: 'event_loop_lag_seconds',
    type: 'gauge',
    labels: ['stat'],
    help: 'How late the event loop was since the last scrape: mean, p99, max.',
  },
  {
    name: 'backend_up',
    type: 'gauge',
    labels: ['backend'],
    help: '1 when the backend answered this process in time, else 0.',
  },
  {
    name: 'fleet_exporter',
    type: 'gauge',
    labels: ['backend'],
    help: '1 in the process that exports the queues of this backend, else 0.',
  },
  {
    name: 'queue_jobs',
    type: 'gauge',
    labels: ['queue', 'state'],
    help: 'Jobs of the queue in each state, over all processes.',
  },
  {
    name: 'queue_oldest_seconds',
    type: 'gauge',
    labels: ['queue'],
    help: 'How long the job that has been ready longest waits; 0 when none does.',
  },
  { name: 'queue_paused', type: 'gauge', labels: ['queue'], help: '1 while the queue is paused.' },
] as const satisfies readonly MetricEntry[];

export type MetricName = (typeof METRIC_CATALOGUE)[number]['name'];
