import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { claim, complete, idsOf, jobs, PATIENCE, QUEUE, RabbitMqBench } from './rabbitmq-bench.js';
import { SharedLedger } from './shared-ledger.js';

/** After that long a ledger hands out again what nobody has said to be at the broker. */
const FORGOTTEN = 31_000;

/** Each row of the table in docs/rabbitmq.md: one of the two has heard, and the other has not. */
describe('between a ledger and rabbitmq something fails', () => {
  let bench: RabbitMqBench;
  let ledger: SharedLedger;
  const serve = (queue: RabbitMqQueueBackend) => queue.subscribe(QUEUE, { demand: 10 }, () => undefined);
  /** Claims until the job is there, and no more often than once. */
  const claimed = (queue: RabbitMqQueueBackend, id: string) =>
    vi.waitFor(async () => {
      const taken = await claim(queue, { lease: 3_600_000 });
      expect(idsOf(taken.jobs)).toEqual([id]);
      return taken;
    }, PATIENCE);

  /** Whoever looks next finds no job to run, and leaves no message. */
  const nothingLeft = async () => {
    const other = await bench.open(ledger);
    expect((await claim(other)).jobs).toEqual([]);
    await other.close();
    expect(await bench.lying()).toBe(0);
  };

  beforeEach(async () => {
    bench = await RabbitMqBench.start();
    ledger = new SharedLedger({ clock: bench.clock });
  });
  afterEach(() => bench.stop());

  it('after the ledger was written, while the message is not confirmed: it is published when the connection is back', async () => {
    const { proxy, url } = await bench.line();
    const producer = await bench.open(ledger, { commandTimeout: '500ms', heartbeat: '1s' }, url);
    const [job] = jobs(1);
    proxy.silence(true);
    expect(await producer.enqueue([job!])).toMatchObject([{ status: 'created' }]);
    expect(await bench.lying()).toBe(0);
    proxy.silence(false);
    proxy.cut();
    await vi.waitFor(async () => expect(await bench.lying()).toBe(1), PATIENCE);
    expect(idsOf((await claim(await bench.open(ledger))).jobs)).toEqual([job!.id]);
  });

  it('after the ledger was written, and who enqueued is gone: whoever serves the queue publishes it', async () => {
    const [producer, worker] = [await bench.open(ledger), await bench.open(ledger)];
    const [job] = jobs(1);
    vi.spyOn(producer.broker, 'publish').mockResolvedValue(['not-sent']);
    await producer.enqueue([job!]);
    serve(worker);
    expect(await bench.lying()).toBe(0);
    await bench.clock.advance(FORGOTTEN);
    await complete(worker, await claimed(worker, job!.id));
  });

  it('the message is confirmed, and the report of it is lost: it is published once more, and runs once', async () => {
    const [producer, worker] = [await bench.open(ledger), await bench.open(ledger)];
    const [job] = jobs(1);
    const report = vi.spyOn(ledger, 'forward').mockResolvedValue({ jobs: [] });
    await producer.enqueue([job!]);
    await producer.close();
    report.mockRestore();
    const published = vi.spyOn(worker.broker, 'publish');
    await bench.clock.advance(FORGOTTEN);
    serve(worker);
    await vi.waitFor(() => expect(published).toHaveBeenCalledOnce(), PATIENCE);
    await complete(worker, await claimed(worker, job!.id));
    await worker.close();
    await nothingLeft();
  });

  it('the ledger has settled, and the acknowledgement is lost: the message comes again, and is dropped', async () => {
    const { proxy, url } = await bench.line();
    const worker = await bench.open(ledger, {}, url);
    const [job] = jobs(1);
    await worker.enqueue([job!]);
    serve(worker);
    const taken = await claimed(worker, job!.id);
    proxy.cut();
    expect((await complete(worker, taken)).verdicts).toEqual(['applied']);
    await worker.close();
    await vi.waitFor(async () => expect(await bench.lying()).toBe(1), PATIENCE);
    await nothingLeft();
  });
});
