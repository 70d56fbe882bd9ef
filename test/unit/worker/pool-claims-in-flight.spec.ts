import { describe, expect, it } from 'vitest';
import type { ClaimRequest } from '../../../lib/contract/index.js';
import { deferred } from '../middleware/a-context.js';
import { PoolDesk, type DeskOptions } from './pool-desk.js';

/** A desk whose backend likes two claims under way, each of which is answered when the test says so. */
function overlapping(options: DeskOptions = {}) {
  const desk = new PoolDesk({ workerCount: 1, maxConcurrentTasks: 10, ...options });
  const { queue } = desk.memory;
  queue.claimToBe({ capabilities: { ...queue.target.capabilities, claimsInFlight: 2 } });
  const waiting: (() => void)[] = [];
  const taken: number[] = [];
  const looks: string[][] = [];
  let isHeld = false;
  queue.each('claim', async (call, request: ClaimRequest) => {
    if ((request.max ?? 0) > 0) {
      taken.push(request.max as number);
      looks.push(request.take.map((one) => one.queue));
    }
    if (isHeld) {
      const held = deferred();
      waiting.push(() => held.resolve(undefined));
      await held.promise;
    }
    return call();
  });
  const hold = () => (isHeld = true);
  const answer = async () => {
    waiting.shift()?.();
    await desk.settle();
  };
  return { desk, taken, looks, waiting, hold, answer };
}

describe('claims in flight', () => {
  it('divide the slots on a backlog, so that one is under way while jobs of the other run', async () => {
    const { desk, taken, waiting, hold } = overlapping();
    desk.handle(() => undefined);
    await desk.enqueue('default', 200);
    await desk.start();
    hold();
    await desk.settle();
    expect(waiting.length).toBeLessThanOrEqual(2);
    expect(taken[0]).toBe(10);
    expect(new Set(taken.slice(1))).toEqual(new Set([5]));
  });

  it('are two at most, and promise no slot twice', async () => {
    const { desk, taken, waiting, hold, answer } = overlapping();
    const slow = desk.handleByHand();
    await desk.enqueue('default', 10);
    await desk.start();
    await desk.settle();
    expect(slow.begun).toHaveLength(10);
    hold();
    await desk.enqueue('default', 50);
    await Promise.all(slow.begun.slice(0, 10).map((id) => slow.end(id)));
    await desk.settle();
    expect(waiting).toHaveLength(2);
    expect(taken.slice(-2)).toEqual([5, 5]);
    await answer();
    await answer();
    expect(slow.begun).toHaveLength(20);
  });

  it('wait for the one under way rather than ask for a slot or two', async () => {
    const { desk, waiting, hold } = overlapping();
    const slow = desk.handleByHand();
    await desk.enqueue('default', 50);
    await desk.start();
    await desk.settle();
    hold();
    const [first, second, third] = slow.begun as [string, string, string];
    await slow.end(first);
    await desk.settle();
    expect(waiting).toHaveLength(1);
    await slow.end(second);
    await slow.end(third);
    expect(waiting).toHaveLength(1);
  });

  it('are one where the queue had less than was asked for', async () => {
    const { desk, taken, waiting, hold } = overlapping();
    desk.handle(() => undefined);
    await desk.enqueue('default', 3);
    await desk.start();
    await desk.settle();
    hold();
    await desk.enqueue('default', 1);
    await desk.settle();
    expect(waiting).toHaveLength(1);
    expect(taken.at(-1)).toBe(10);
  });

  it('look at the backlog, whatever was announced since the first of them left', async () => {
    const { desk, looks, hold } = overlapping({ pollInterval: 60_000 });
    const slow = desk.handleByHand();
    let announce: (() => void) | undefined;
    desk.memory.queue.each('subscribe', (call, queue, _, onAvailable) => {
      if (queue === 'urgent') announce = onAvailable;
      return call();
    });
    await desk.start();
    await desk.enqueue('bulk', 5);
    await desk.settle();
    await desk.enqueue('default', 50);
    await desk.settle();
    expect(slow.begun).toHaveLength(10);
    hold();
    await slow.end(...slow.begun.slice(5));
    announce?.();
    await slow.end(...slow.begun.slice(0, 5));
    expect(looks.at(-1)).toContain('default');
  });

  it('run every job once', async () => {
    const { desk } = overlapping();
    const ran: string[] = [];
    desk.handle((_, { job }) => void ran.push(job.id));
    const ids = await desk.enqueue('default', 500);
    await desk.start();
    await desk.settle();
    expect(ran.toSorted()).toEqual(ids.toSorted());
    expect(await desk.counts('default')).toEqual({ completed: 500 });
  });
});
