import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import type { QueueBackend } from '../../lib/contract/index.js';
import { claim, jobs, LEASE, PATIENCE, QUEUE, RabbitMqBench } from './rabbitmq-bench.js';

/** What no process tells another: the broker alone has to keep it. */
describe('rabbitmq without a ledger that others share', () => {
  let bench: RabbitMqBench;
  const open = (url = bench.url) => bench.open(new MemoryQueueBackend({ clock: bench.clock }), {}, url);
  const arrives = (queue: QueueBackend) =>
    vi.waitFor(async () => {
      const [one] = (await claim(queue)).jobs;
      expect(one).toBeDefined();
      return one!;
    }, PATIENCE);

  beforeEach(async () => void (bench = await RabbitMqBench.start()));
  afterEach(() => bench.stop());

  it('a delayed job reaches a queue that somebody has deleted, and another process declared anew', async () => {
    const [producer, consumer] = [await open(), await open()];
    await producer.enqueue(jobs(1, { delay: 500 }));
    await bench.deleteQueue();
    // Who fetches from a queue that is gone declares it anew.
    await vi.waitFor(async () => {
      await claim(consumer);
      await bench.lying();
    }, PATIENCE);
    expect(await arrives(consumer)).toMatchObject({ queue: QUEUE });
  });

  it('a job that a settlement enqueued is published when the broker is back, since the settlement is kept', async () => {
    const { proxy, url } = await bench.line();
    const queue = await open(url);
    await queue.enqueue(jobs(1));
    const { receipt } = await arrives(queue);
    const [child] = jobs(1);
    vi.spyOn(queue.broker, 'publish').mockRejectedValueOnce(new Error('no connection'));
    const settle = [{ receipt, outcome: { kind: 'completed' as const }, enqueue: [child!] }];
    expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['applied']);
    proxy.cut();
    expect(await arrives(queue)).toMatchObject({ id: child!.id });
  });

  it('a job that could not be published is not kept, as whoever enqueued it is told', async () => {
    const queue = await open();
    const [lost] = jobs(1);
    vi.spyOn(queue.broker, 'publish').mockRejectedValueOnce(new Error('no connection'));
    await expect(queue.enqueue([lost!])).rejects.toThrow('no connection');
    expect(await queue.get([lost!])).toEqual([undefined]);
  });

  it('a job that was handed to another process, since the line of the first was cut, is not published again by the first', async () => {
    const { proxy, url } = await bench.line();
    const [first, second] = [await open(url), await open()];
    await first.enqueue(jobs(1));
    const { receipt } = await arrives(first);
    proxy.cut();
    const { id, receipt: theirs } = await arrives(second);
    await vi.waitFor(() => expect(first.handles).toBe(2), PATIENCE);
    expect((await first.extend([receipt], LEASE)).lost).toEqual([receipt]);
    const settle = [{ receipt: theirs, outcome: { kind: 'completed' as const } }];
    expect((await claim(second, { take: [], settle })).verdicts).toEqual(['applied']);
    first.subscribe(QUEUE, { demand: 0 }, () => undefined);
    await bench.clock.advance(LEASE);
    await first.recover();
    expect(await first.get([{ queue: QUEUE, id }])).toMatchObject([{ state: 'pending', attempt: 0 }]);
    await first.close();
    expect(await bench.lying()).toBe(0);
  });

  describe('a job whose lease was lost', () => {
    /** A backend that had a job in hand for too long, and the receipt of that run. */
    async function lostLease() {
      const queue = await open();
      await queue.enqueue(jobs(1));
      const { receipt } = await arrives(queue);
      await bench.clock.advance(LEASE);
      await queue.recover();
      return { queue, receipt };
    }

    it('is at the broker again, for others, when its worker is told', async () => {
      const { queue, receipt } = await lostLease();
      expect((await queue.extend([receipt], LEASE)).lost).toEqual([receipt]);
      await queue.close();
      expect(await bench.lying()).toBe(1);
    });

    it('is at the broker again, for others, when its outcome comes too late', async () => {
      const { queue, receipt } = await lostLease();
      const settle = [{ receipt, outcome: { kind: 'completed' as const } }];
      expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['stale']);
      await queue.close();
      expect(await bench.lying()).toBe(1);
    });

    it('runs again here, once', async () => {
      const { queue, receipt } = await lostLease();
      await queue.extend([receipt], LEASE);
      const again = await arrives(queue);
      const settle = [{ receipt: again.receipt, outcome: { kind: 'completed' as const } }];
      expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['applied']);
      expect((await claim(queue)).jobs).toEqual([]);
      await queue.close();
      expect(await bench.lying()).toBe(0);
    });
  });
});
