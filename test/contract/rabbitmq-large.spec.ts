import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryQueueBackend } from '../../lib/backends/memory/index.js';
import type { NewJob } from '../../lib/contract/index.js';
import { aJob } from '../../lib/testing/index.js';
import { type RabbitMqServer, startRabbitMq } from '../servers/rabbitmq.mjs';
import { claim, idsOf, jobs, PATIENCE, QUEUE, RabbitMqBench } from './rabbitmq-bench.js';
import { SharedLedger } from './shared-ledger.js';

/** From RabbitMQ 4.0 on it is 16 MiB by default: what is larger costs the channel, and all that was under way on it. */
const LARGEST = 65_536;

describe('a job that is larger than the messages that the broker takes', () => {
  let server: RabbitMqServer;
  let bench: RabbitMqBench;
  let ledger: SharedLedger;
  beforeAll(async () => {
    server = await startRabbitMq({ settings: { max_message_size: String(LARGEST) } });
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(async () => {
    bench = await RabbitMqBench.start(server);
    ledger = new SharedLedger({ clock: bench.clock });
  });
  afterEach(() => bench.stop());

  const large = (options: Partial<NewJob> = {}) =>
    aJob({ queue: QUEUE, payload: JSON.stringify('x'.repeat(LARGEST)), ...options });
  const refused = {
    status: 'refused',
    code: 'TASKS_PAYLOAD_TOO_LARGE',
    detail: expect.stringContaining(`${LARGEST} bytes`) as string,
  };

  it('is refused and not kept, and those that were enqueued with it run', async () => {
    const producer = await bench.open(ledger);
    const [one, other] = jobs(2) as [NewJob, NewJob];
    const tooLarge = large();
    const verdicts = await producer.enqueue([one, tooLarge, other]);
    expect(verdicts).toMatchObject([{ status: 'created' }, refused, { status: 'created' }]);
    expect(await ledger.get([tooLarge])).toEqual([undefined]);
    const worker = await bench.open(ledger);
    const taken: string[] = [];
    // What had reached the broker before it closed the channel lies there twice, and runs once.
    await vi.waitFor(async () => {
      taken.push(...idsOf((await claim(worker)).jobs));
      expect(taken.toSorted()).toEqual(idsOf([one, other]).toSorted());
    }, PATIENCE);
  });

  it('is refused from then on without a word to the broker', async () => {
    const producer = await bench.open(ledger);
    await producer.enqueue([large()]);
    await vi.waitFor(
      async () => expect(await producer.enqueue(jobs(1))).toMatchObject([{ status: 'created' }]),
      PATIENCE,
    );
    const batch = await producer.enqueue([...jobs(3), large(), ...jobs(3)]);
    expect(batch.filter(({ status }) => status === 'created')).toHaveLength(6);
    await vi.waitFor(async () => expect(await bench.lying()).toBe(7), PATIENCE);
  });

  it('is refused where a ledger in memory keeps it, too', async () => {
    const memory = new MemoryQueueBackend();
    const producer = await bench.open(memory);
    const batch = [...jobs(1), large(), ...jobs(1)];
    await expect(producer.enqueue(batch)).rejects.toMatchObject({ outcome: 'unknown' });
    expect((await memory.get(batch))[1]).toBeUndefined();
    expect(await producer.enqueue([large()])).toMatchObject([refused]);
  });

  it('becomes a dead letter where others may know of it by its key', async () => {
    const producer = await bench.open(ledger);
    const promised = large({ idempotency: { key: 'report', ttl: 60_000 } });
    expect(await producer.enqueue([promised])).toMatchObject([{ status: 'created' }]);
    expect(await ledger.get([promised])).toMatchObject([
      { state: 'failed', error: { code: 'TASKS_PAYLOAD_TOO_LARGE' } },
    ]);
  });

  it('becomes a dead letter where a settlement enqueued it, which is kept', async () => {
    const worker = await bench.open(ledger);
    await worker.enqueue(jobs(1));
    const spawned = large();
    const taken = await vi.waitFor(async () => {
      const found = await claim(worker);
      expect(found.jobs).toHaveLength(1);
      return found;
    }, PATIENCE);
    const settle = taken.jobs.map(({ receipt }) => ({
      receipt,
      outcome: { kind: 'completed' } as const,
      enqueue: [spawned],
    }));
    const { verdicts } = await worker.claim({ worker: 'w', lease: 60_000, take: [], settle });
    expect(verdicts).toEqual(['applied']);
    await vi.waitFor(
      async () => expect(await ledger.get([spawned])).toMatchObject([{ state: 'failed' }]),
      PATIENCE,
    );
  });

  it('becomes a dead letter when it comes due', async () => {
    const worker = await bench.open(ledger);
    worker.subscribe(QUEUE, { demand: 10 }, () => undefined);
    const due = large({ delay: 10_000 });
    expect(await worker.enqueue([due])).toMatchObject([{ status: 'created' }]);
    await bench.clock.advance(10_000);
    await vi.waitFor(
      async () => expect(await ledger.get([due])).toMatchObject([{ state: 'failed' }]),
      PATIENCE,
    );
    expect(bench.warnings.join()).toContain('became a dead letter');
  });
});
