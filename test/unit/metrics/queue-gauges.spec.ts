import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../../lib/backends/index.js';
import type { BackendInfo, QueueStatus, TaskBackend } from '../../../lib/contract/index.js';
import { QueueGauges } from '../../../lib/metrics/queue-gauges.js';
import { ManualClock } from '../../../lib/testing/index.js';

const TIMEOUT = 2_000;
const silence = <T>(): Promise<T> => new Promise(() => undefined);

/** The queues `a` and `b` of a backend, as processes of these names export them. */
function exporters(owners: readonly string[], records: 'fleet' | 'process' = 'fleet') {
  const clock = new ManualClock();
  const memory = createMemoryBackend({ name: 'main', type: 'memory', options: {}, clock });
  memory.queue.declare([{ queue: 'a' }, { queue: 'b' }] as never);
  const calls: string[] = [];
  const own = {
    inspect: (queues: readonly string[]): Promise<QueueStatus[]> => {
      calls.push(`inspect ${queues.join(',')}`);
      return memory.queue.inspect(queues);
    },
    ping: (): Promise<BackendInfo> => memory.queue.ping(),
  };
  const backend: TaskBackend = {
    state: memory.state,
    queue: Object.assign(Object.create(memory.queue) as TaskBackend['queue'], own, {
      capabilities: { ...memory.queue.capabilities, records },
    }),
  };
  const gauges = owners.map(
    (owner) =>
      new QueueGauges(
        { name: 'main', backend, queues: () => ['a', 'b'] },
        { owner, timeout: TIMEOUT, lease: 30_000, idleAfter: 300_000, clock },
      ),
  );
  return { clock, backend, calls, gauges };
}

describe('The gauges of queues', () => {
  it('of one scrape share one look', async () => {
    const { gauges, calls } = exporters(['one']);
    const [gauge] = gauges;
    await Promise.all([gauge?.jobs(), gauge?.oldest(), gauge?.paused(), gauge?.up(), gauge?.leads()]);
    expect(calls).toEqual(['inspect a,b']);
  });

  it('have a series for each state of each queue', async () => {
    const { gauges } = exporters(['one']);
    const jobs = (await gauges[0]?.jobs()) ?? [];
    expect(jobs).toHaveLength(16);
    expect(jobs[0]).toEqual({ labels: { queue: 'a', state: 'pending' }, value: 0 });
  });

  it('are exported by one process of those that share the store, and say which', async () => {
    const { gauges } = exporters(['one', 'two']);
    const leading = await Promise.all(gauges.map((gauge) => gauge.leads()));
    expect(leading.map(({ value }) => value)).toEqual([1, 0]);
    expect(await gauges[1]?.jobs()).toEqual([]);
  });

  it('are exported by one of those that declare them, and each app that shares the store declares its own', async () => {
    const { backend, clock } = exporters([]);
    const gaugeOf = (owner: string, ...own: string[]) =>
      new QueueGauges(
        { name: 'main', backend, queues: () => own },
        { owner, timeout: TIMEOUT, lease: 30_000, idleAfter: 300_000, clock },
      );
    const gauges = [gaugeOf('shop', 'a'), gaugeOf('billing', 'b', 'a'), gaugeOf('billing too', 'a', 'b')];
    const leading = await Promise.all(gauges.map((gauge) => gauge.leads()));
    expect(leading.map(({ value }) => value)).toEqual([1, 1, 0]);
    const paused = await gauges[1]?.paused();
    expect(paused?.map(({ labels }) => labels['queue'])).toEqual(['b', 'a']);
  });

  it('are exported by each process where each has queues of its own', async () => {
    const { gauges } = exporters(['one', 'two'], 'process');
    const leading = await Promise.all(gauges.map((gauge) => gauge.leads()));
    expect(leading.map(({ value }) => value)).toEqual([1, 1]);
  });

  it("say nothing about ages where the jobs are the fleet's and what is known of them is a process's", async () => {
    const { gauges, backend } = exporters(['one'], 'process');
    expect(await gauges[0]?.oldest()).toHaveLength(2);
    Object.assign(backend.queue.capabilities, { scope: 'fleet' });
    expect(await gauges[0]?.oldest()).toEqual([]);
    expect(await gauges[0]?.jobs()).toHaveLength(16);
  });

  it('are absent, and the backend is down, when it does not answer in time', async () => {
    const { gauges, backend, clock } = exporters(['one']);
    Object.assign(backend.queue, { inspect: silence, ping: silence });
    const scraped = Promise.all([gauges[0]?.jobs(), gauges[0]?.up()]);
    await clock.advance(TIMEOUT);
    await clock.advance(TIMEOUT);
    expect(await scraped).toEqual([[], { labels: { backend: 'main' }, value: 0 }]);
  });
});
