import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import type { Claim } from '../../lib/contract/index.js';
import { ForeignProgram } from './foreign-program.js';
import { claim, complete, idsOf, jobs, LEASE, PATIENCE, QUEUE, RabbitMqBench } from './rabbitmq-bench.js';
import { redisHarness } from './redis-harness.js';
import { SharedLedger } from './shared-ledger.js';

/** An empty queue is looked at this often. */
const LOOK = 5_000;

/** Where what the broker hands out and what the ledger knows have to be brought together. */
describe('rabbitmq over a ledger that all share', () => {
  let bench: RabbitMqBench;
  const open = () => bench.open(new SharedLedger({ clock: bench.clock }));

  beforeEach(async () => void (bench = await RabbitMqBench.start()));
  afterEach(() => bench.stop());

  describe('a claim that looks again, since what it fetched first was cancelled', () => {
    it('says when to come back for what the second look took', async () => {
      const queue = await open();
      const [cancelled, kept] = jobs(2);
      await queue.enqueue([cancelled!, kept!, ...jobs(1, { delay: 60_000 })]);
      await queue.cancel([cancelled!], 'not wanted');
      const taken = await claim(queue, { take: [{ queue: QUEUE, limit: 1 }] });
      expect(idsOf(taken.jobs)).toEqual([kept!.id]);
      expect(taken.nextInMs).toBe(LEASE);
    });
  });

  describe('a foreign message without an id', () => {
    it('is a job, once it was given one', async () => {
      const queue = await open();
      const program = await ForeignProgram.start(bench.url, bench.prefix);
      await program.publish(QUEUE, '{"n":1}', { type: 'count' });
      await program.stop();
      const seen: Claim['jobs'][number][] = [];
      await vi.waitFor(
        async () => {
          seen.push(...(await claim(queue)).jobs);
          expect(seen).toMatchObject([{ name: 'count', payload: '{"n":1}', attempt: 1 }]);
        },
        { ...PATIENCE, timeout: 2_000 },
      );
    });
  });

  describe('a dead letter', () => {
    const error = { name: 'MailError', message: 'no such mailbox' };

    it('has its copy at the broker, although somebody has deleted the queue of dead letters', async () => {
      const queue = await open();
      await bench.deleteQueue(bench.deadQueue);
      await queue.enqueue(jobs(1));
      const [job] = (await claim(queue)).jobs;
      await claim(queue, {
        take: [],
        settle: [{ receipt: job!.receipt, outcome: { kind: 'failed', error } }],
      });
      await vi.waitFor(async () => expect(await bench.lying(bench.deadQueue)).toBe(1), PATIENCE);
      expect(bench.warnings).toEqual([]);
    });

    it('is settled before a broker that takes nothing has its copy, and nobody closes before', async () => {
      const queue = await open();
      await queue.enqueue(jobs(1));
      const [job] = (await claim(queue)).jobs;
      let confirm: (outcome: 'confirmed') => void = () => undefined;
      const copied = new Promise<'confirmed'>((resolve) => (confirm = resolve));
      vi.spyOn(queue.broker, 'bury').mockReturnValue(copied);
      const settle = [{ receipt: job!.receipt, outcome: { kind: 'failed' as const, error } }];
      expect((await claim(queue, { take: [], settle })).verdicts).toEqual(['applied']);
      let isClosed = false;
      const closed = queue.close().then(() => (isClosed = true));
      await new Promise(setImmediate);
      expect(isClosed).toBe(false);
      confirm('confirmed');
      await closed;
    });
  });

  describe('a job whose lease was lost, and that nobody settled', () => {
    it('leaves no message behind when it has run after all', async () => {
      const queue = await open();
      const { close } = queue.subscribe(QUEUE, { demand: 10 }, () => undefined);
      const [job] = jobs(1);
      await queue.enqueue([job!]);
      await vi.waitFor(async () => expect(idsOf((await claim(queue)).jobs)).toEqual([job!.id]), PATIENCE);
      await bench.clock.advance(LEASE);
      const again = await vi.waitFor(async () => {
        const taken = await claim(queue, { lease: 60_000 });
        expect(idsOf(taken.jobs)).toEqual([job!.id]);
        return taken;
      }, PATIENCE);
      await complete(queue, again);
      close();
      await queue.close();
      expect(await bench.lying()).toBe(0);
    });
  });

  describe('a queue whose jobs wait for its limits in another process', () => {
    it.each([
      ['concurrency', { concurrency: 1 }],
      ['rate', { rateLimit: { limit: 1, per: 60_000 } }],
    ])('has lost nothing: %s', async (_, limits) => {
      const ledger = new SharedLedger({ clock: bench.clock });
      const [busy, idle] = [await bench.open(ledger), await bench.open(ledger)];
      busy.declare([{ name: QUEUE, ...limits }]);
      idle.declare([{ name: QUEUE, ...limits }]);
      busy.subscribe(QUEUE, { demand: 10 }, () => undefined);
      await busy.enqueue(jobs(3));
      await vi.waitFor(async () => {
        await claim(busy, { lease: 3_600_000 });
        expect((await busy.inspect([QUEUE]))[0]?.counts.running).toBe(1);
        expect(await bench.lying()).toBe(0);
      }, PATIENCE);
      idle.subscribe(QUEUE, { demand: 0 }, () => undefined);
      const looks = vi.spyOn(idle.broker, 'withChannel');
      await vi.waitFor(async () => {
        await bench.clock.advance(LOOK);
        expect(looks.mock.calls.length).toBeGreaterThan(4);
      }, PATIENCE);
      await idle.close();
      expect(bench.warnings).toEqual([]);
      expect(await bench.lying()).toBe(0);
    });
  });

  it('goes on with a queue that is resumed just as a claim is told that it is paused', async () => {
    const kept = await redisHarness.create();
    const ledger = kept.backend.queue;
    await ledger.open();
    const queue = await bench.open(ledger);
    const [job] = jobs(1);
    await queue.pause(QUEUE);
    await queue.enqueue([job!]);
    const ask = ledger.claim.bind(ledger);
    vi.spyOn(ledger, 'claim').mockImplementation(async (request) => {
      const answer = await ask(request);
      if (!answer.limited?.some(({ by }) => by === 'paused')) return answer;
      // Whoever listens has heard of it before the answer is there.
      const heard = new Promise<void>((resolve) => {
        const subscription = ledger.subscribe(QUEUE, { demand: 1 }, () => {
          subscription.close();
          resolve();
        });
      });
      await ledger.resume(QUEUE);
      await heard;
      return answer;
    });
    const done: string[] = [];
    queue.subscribe(QUEUE, { demand: 10 }, () => {
      void claim(queue).then((taken) => done.push(...idsOf(taken.jobs)));
    });
    await vi.waitFor(() => expect(done).toEqual([job!.id]), { ...PATIENCE, timeout: 3_000 });
    await queue.close();
    await ledger.close();
    await kept.dispose?.();
  });

  it('that fails as its dead letters are read holds no connection', async () => {
    class Refusing extends SharedLedger {
      override enqueue(): ReturnType<MemoryQueueBackend['enqueue']> {
        return Promise.reject(new Error('the store is away'));
      }
    }
    const before = await open();
    await before.enqueue(jobs(1));
    const [job] = (await claim(before)).jobs;
    const error = { name: 'MailError', message: 'no such mailbox' };
    await claim(before, {
      take: [],
      settle: [{ receipt: job!.receipt, outcome: { kind: 'failed', error } }],
    });
    await before.close();
    const queue = bench.make(new Refusing({ clock: bench.clock }), { readDeadLetters: true });
    await expect(queue.open()).rejects.toThrow('the store is away');
    expect(queue.handles).toBe(0);
  });
});
