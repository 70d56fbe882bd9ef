import { describe, expect, it } from 'vitest';
import { BackendUnavailableError } from '../../../lib/errors/index.js';
import { PoolDesk } from './pool-desk.js';

const notSent = () => Promise.reject(new BackendUnavailableError('memory', 'not-sent'));

describe('a pool whose backend is in trouble', () => {
  it('keeps settlements and sends them again', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.next('claim', notSent);
    await end(begun[0]!);
    expect(await desk.state(id!)).toBe('running');
    expect(desk.told).toEqual([`started ${id}`]);
    await desk.clock.advance(100);
    await desk.settle();
    expect(await desk.state(id!)).toBe('completed');
    expect(desk.told).toEqual([`started ${id}`, `completed ${id}`]);
    expect(begun).toHaveLength(1);
  });

  it('takes a settlement whose reply was lost for applied when it is told so the second time', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.next('claim', async (call) => {
      await call();
      throw new BackendUnavailableError('memory', 'unknown');
    });
    await end(begun[0]!);
    expect([await desk.state(id!), desk.told.length]).toEqual(['completed', 1]);
    await desk.clock.advance(100);
    await desk.settle();
    expect(desk.told).toEqual([`started ${id}`, `completed ${id}`]);
    expect(desk.pool.stats()).toMatchObject({ leasesLost: 0, jobs: 1, failures: 0 });
  });

  it('runs again what it claimed without hearing of it, after the lease', async () => {
    const desk = new PoolDesk({ lease: 30_000 });
    desk.handle(() => 1);
    await desk.start();
    desk.memory.queue.next('claim', async (call) => {
      await call();
      throw new BackendUnavailableError('memory', 'unknown');
    });
    const [id] = await desk.enqueue('default');
    await desk.clock.advance(29_000);
    expect(await desk.record(id!)).toMatchObject({ state: 'running', attempt: 1 });
    await desk.clock.advance(1_500);
    await desk.settle();
    expect(await desk.record(id!)).toMatchObject({ state: 'completed', attempt: 2, stalls: 1 });
  });

  it('waits longer after each failed call, five seconds at most, and says so', async () => {
    const desk = new PoolDesk();
    const moments: number[] = [];
    desk.memory.queue.each('claim', () => {
      moments.push(desk.clock.now());
      return notSent();
    });
    await desk.start();
    await desk.clock.advance(60_000);
    const waits = moments.slice(1).map((moment, place) => moment - moments[place]!);
    const bounds = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000];
    bounds.forEach((most, place) => {
      expect(waits[place]).toBeGreaterThanOrEqual(most / 2);
      expect(waits[place]).toBeLessThanOrEqual(most);
    });
    expect(desk.log.lines[0]).toMatch(
      /^error: Backend "memory": claim failed, again in \d+ ms: Backend "memory" is unavailable \(outcome not-sent\)\.$/u,
    );
  });

  it('begins with a short wait again once a call has succeeded', async () => {
    const desk = new PoolDesk();
    desk.memory.queue.each('claim', notSent);
    await desk.start();
    await desk.clock.advance(20_000);
    desk.memory.queue.each('claim', undefined);
    await desk.clock.advance(5_000);
    const before = desk.clock.now();
    desk.memory.queue.next('claim', notSent);
    desk.handle(() => 1);
    const [id] = await desk.enqueue('default');
    while ((await desk.state(id!)) !== 'completed') await desk.clock.advance(1);
    expect(desk.clock.now() - before).toBeLessThanOrEqual(101);
  });

  it('is not called while it is left alone, whatever ends or is enqueued meanwhile', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    await desk.enqueue('default', 2);
    await desk.settle();
    desk.memory.queue.each('claim', notSent);
    await end(begun[0]!);
    const before = desk.memory.queue.count('claim');
    await end(begun[1]!);
    await desk.enqueue('default');
    await desk.settle();
    expect(desk.memory.queue.count('claim')).toBe(before);
  });

  it('is treated alike when it throws instead of rejecting', async () => {
    const desk = new PoolDesk();
    desk.handle(() => 1);
    await desk.start();
    desk.memory.queue.next('claim', () => {
      throw new Error('closed');
    });
    const [id] = await desk.enqueue('default');
    await desk.clock.advance(100);
    await desk.settle();
    expect(await desk.state(id!)).toBe('completed');
    expect(desk.log.lines[0]).toContain('closed');
  });

  it('is treated alike when it rejects with nothing to read', async () => {
    const desk = new PoolDesk({ lease: 3_000, cleanupInterval: 2_000 });
    const { begun } = desk.handleByHand();
    await desk.start();
    desk.memory.queue.next('claim', () => Promise.reject(null));
    desk.memory.queue.next('extend', () => Promise.reject(null));
    desk.memory.queue.next('recover', () => Promise.reject(undefined));
    await desk.enqueue('default');
    await desk.clock.advance(2_000);
    expect(begun).toHaveLength(1);
    expect(desk.log.lines.map((line) => line.replace(/\d+ ms/u, 'a while'))).toEqual([
      'error: Backend "memory": claim failed, again in a while: null',
      'warn: Backend "memory": leases could not be kept: null',
      'warn: Sweep failed: undefined',
    ]);
  });

  it('does not count its trouble against the job', async () => {
    const desk = new PoolDesk();
    const { begun, end } = desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.next('extend', notSent);
    await desk.clock.advance(10_000);
    expect(desk.log.lines).toEqual([
      'warn: Backend "memory": leases could not be kept: Backend "memory" is unavailable (outcome not-sent).',
    ]);
    await end(begun[0]!);
    expect(await desk.record(id!)).toMatchObject({ state: 'completed', attempt: 1, stalls: 0 });
  });

  it('watches for cancels again after it could not', async () => {
    const desk = new PoolDesk();
    desk.memory.state.next('watch', () => Promise.reject(new Error('down')));
    desk.handle(() => 1);
    const [id] = await desk.enqueue('default');
    await desk.start();
    expect(await desk.state(id!)).toBe('completed');
    expect(desk.log.lines[0]).toMatch(
      /^warn: Backend "memory": cancels of running jobs are heard late, watched again in \d+ ms: down$/u,
    );
    await desk.clock.advance(100);
    expect(desk.memory.state.count('watch')).toBe(2);
  });

  it('is asked for cancels at once when messages may have been lost', async () => {
    const desk = new PoolDesk({ lease: 30_000 });
    let reconnected: (() => void) | undefined;
    desk.memory.state.next('watch', (call, _channel, _listener, onReconnect) => {
      reconnected = onReconnect;
      return call();
    });
    desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    await desk.memory.queue.target.cancel([{ queue: 'default', id: id! }], 'by hand');
    reconnected?.();
    await desk.settle();
    expect(await desk.state(id!)).toBe('cancelled');
  });
});

describe('a lost lease', () => {
  it('interrupts the handler, and leaves the job to whoever has it now', async () => {
    const desk = new PoolDesk({ lease: 3_000 });
    const reasons: unknown[] = [];
    desk.handle((_, { signal }) => {
      signal.addEventListener('abort', () => reasons.push((signal.reason as { code: string }).code));
      return new Promise(() => undefined);
    });
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    // Two calls lost are more than a lease can bear.
    desk.memory.queue.each('extend', () => Promise.reject(new BackendUnavailableError('memory', 'not-sent')));
    await desk.clock.advance(3_100);
    desk.memory.queue.each('extend', undefined);
    await desk.clock.advance(1_000);
    await desk.settle();
    expect(reasons).toEqual(['TASKS_LEASE_LOST']);
    expect(await desk.record(id!)).toMatchObject({ state: 'running', attempt: 2, stalls: 1 });
    expect(desk.pool.stats()).toMatchObject({ leasesLost: 1, active: 1, zombies: 1 });
    expect(desk.told.filter((line) => !line.startsWith('started'))).toEqual([]);
  });

  it('leaves its slot to the next job at once', async () => {
    const desk = new PoolDesk({ lease: 3_000, workerCount: 1, maxConcurrentTasks: 1, pollInterval: 60_000 });
    const { begun } = desk.handleByHand();
    await desk.enqueue('default', 2);
    await desk.start();
    desk.memory.queue.next('extend', (_, receipts) =>
      Promise.resolve({ lost: [...receipts], cancelled: [] }),
    );
    await desk.clock.advance(1_000);
    expect(begun).toEqual(['default-1', 'default-2']);
  });

  it('makes a late verdict void, which is counted and said', async () => {
    const desk = new PoolDesk({ lease: 3_000, workerCount: 1, maxConcurrentTasks: 1 });
    const { begun, end } = desk.handleByHand();
    await desk.start();
    const [id] = await desk.enqueue('default');
    await desk.settle();
    desk.memory.queue.each('extend', () => new Promise(() => undefined));
    await desk.clock.advance(3_100);
    // Another process takes it over.
    const other = await desk.memory.queue.target.claim({
      worker: 'elsewhere',
      lease: 60_000,
      take: [{ queue: 'default', limit: 1 }],
    });
    expect(other.jobs.map((job) => job.id)).toEqual([id]);
    await end(begun[0]!);
    expect(await desk.record(id!)).toMatchObject({ state: 'running', worker: 'elsewhere' });
    expect(desk.pool.stats().leasesLost).toBe(1);
    expect(desk.told).toEqual([`started ${id}`]);
    expect(desk.log.lines).toEqual([
      `warn: The completed verdict on job ${id} (work) came too late (stale): its lease was lost.`,
    ]);
  });
});
