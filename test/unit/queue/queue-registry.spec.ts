import { describe, expect, it, vi } from 'vitest';
import { resolveFeatureQueues, resolveOptions, type ResolvedQueue } from '../../../lib/config/index.js';
import type { QueueOptions, QueueBackend } from '../../../lib/contract/index.js';
import { QueueStage } from './queue-stage.js';

const options = {
  backends: [{ name: 'main' }, { name: 'mails', queueName: 'outgoing' }],
  queues: [{ name: 'exports', maxSize: 5, concurrency: 2, rateLimit: { limit: 10, per: '1m' } }],
};

/** A queue as a feature module adds it. */
const feature = (queue: string | QueueOptions): ResolvedQueue =>
  resolveFeatureQueues([queue], resolveOptions(options))[0] as ResolvedQueue;

describe('QueueRegistry', () => {
  it('has what the backends bring and what the options add', async () => {
    const { side } = await QueueStage.open(options);
    expect(side.queues.names()).toEqual(['urgent', 'default', 'bulk', 'mails', 'exports']);
    expect(side.queues.all().map(({ name }) => name)).toEqual(side.queues.names());
  });

  it('gives the primary default without a name, and by the name of its backend', async () => {
    const { side } = await QueueStage.open(options);
    expect(side.queues.get().name).toBe('default');
    expect(side.queues.get('main')).toBe(side.queues.get('default'));
    expect(side.queues.has('main')).toBe(true);
  });

  it('changes how long finished jobs are kept while it runs', async () => {
    const stage = await QueueStage.open();
    const { queues, results } = stage.side;
    const done = async () => {
      const job = await stage.queue.enqueue('a');
      const held = await stage.queue.dequeue();
      await held?.ack();
      return job.id;
    };
    const ids = [await done(), await done(), await done()];
    queues.setRetention({ completedMax: 1 });
    ids.push(await done());
    const kept = await Promise.all(ids.map(async (id) => (await stage.queue.get(id)) !== undefined));
    expect(kept).toEqual([false, false, false, true]);
    expect(await results.stats('default')).toMatchObject({ capacity: 1, ttl: 3_600_000 });
  });

  it('keeps its retention when a new one is wrong, and says where', async () => {
    const { side } = await QueueStage.open({ retention: { failedTtl: '2 days' } });
    expect(() => side.queues.setRetention({ failedTtl: 'soon' })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: 'retention.failedTtl' })] }),
    );
    expect(() => side.queues.setRetention({ failedTll: 1 } as object)).toThrow(/Did you mean "failedTtl"\?/u);
    const purge = vi.spyOn(side.queues.stores()[0]!.queue, 'find');
    await side.deadLetters.purgeOlderThan();
    expect(purge.mock.calls[0]?.[0].olderThan).toBe(172_800_000);
  });

  it('refuses an undeclared name with the known ones and the nearest', async () => {
    const { side } = await QueueStage.open(options);
    expect(side.queues.has('exprots')).toBe(false);
    expect(() => side.queues.get('exprots')).toThrow(
      expect.objectContaining({
        code: 'TASKS_UNKNOWN_QUEUE',
        message: expect.stringMatching(
          /Known: urgent, default, bulk, mails, exports\. Did you mean "exports"\?/u,
        ),
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', ''])(
    'knows no queue by a name that every object has: %j',
    async (name) => {
      const { side } = await QueueStage.open();
      expect(side.queues.has(name)).toBe(false);
      expect(() => side.queues.get(name)).toThrow(expect.objectContaining({ code: 'TASKS_UNKNOWN_QUEUE' }));
    },
  );

  it('takes a queue that is declared later', async () => {
    const { side } = await QueueStage.open(options);
    side.queues.declare(feature('reports'));
    await side.queues.get('reports').enqueue('a');
    expect(await side.queues.get('reports').count()).toBe(1);
  });

  it('takes the same declaration twice and refuses another of the same name', async () => {
    const { side } = await QueueStage.open(options);
    const queue = side.queues.declare(feature({ name: 'reports', maxSize: 5 }));
    expect(side.queues.declare(feature({ name: 'reports', maxSize: 5 }))).toBe(queue);
    expect(() => side.queues.declare(feature({ name: 'reports', maxSize: 6 }))).toThrow('declared twice');
  });

  it('refuses a queue on a backend that is not there', async () => {
    const { side } = await QueueStage.open();
    const queue = { name: 'a', backend: 'nowhere', middleware: [], brokerName: 'a' };
    expect(() => side.queues.declare(queue)).toThrow('backend "nowhere"');
  });

  it('tells its backend what it has to know of a queue', async () => {
    const { side, backends } = await QueueStage.open({
      ...options,
      retention: { completedMax: 7, failedMax: 9 },
    });
    const declare = vi.spyOn(backends.get('mails')?.queue as QueueBackend, 'declare');
    const alerts = feature({
      name: 'alerts',
      backend: 'mails',
      maxSize: 5,
      concurrency: 2,
      rateLimit: { limit: 1, per: '1s' },
    });
    side.queues.declare({ ...alerts, brokerName: 'outgoing.alerts' });
    expect(declare).toHaveBeenCalledWith([
      {
        name: 'alerts',
        brokerName: 'outgoing.alerts',
        maxSize: 5,
        concurrency: 2,
        rateLimit: { limit: 1, per: 1_000 },
        retention: { completedTtl: 3_600_000, completedMax: 7, failedTtl: 604_800_000, failedMax: 9 },
      },
    ]);
  });

  it('tells how each queue was declared', async () => {
    const { side } = await QueueStage.open(options);
    expect(side.queues.definitions().find(({ name }) => name === 'exports')).toMatchObject({
      concurrency: 2,
    });
  });
});
