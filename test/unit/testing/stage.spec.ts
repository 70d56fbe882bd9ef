import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryQueueBackend } from '../../../lib/backends/memory/memory-queue-backend.js';
import { MemoryStateBackend } from '../../../lib/backends/memory/memory-state-backend.js';
import { type Claim, type ClaimRequest } from '../../../lib/contract/index.js';
import { Stage } from '../../../lib/testing/contract/stage.js';
import { ManualClock } from '../../../lib/testing/index.js';
import { Random } from '../../../lib/testing/random.js';

/** Its jobs are on their way until a moment. */
class LateBackend extends MemoryQueueBackend {
  arrivesAt = 0;

  constructor(private readonly time: ManualClock) {
    super({ clock: time });
  }

  override claim(request: ClaimRequest): Promise<Claim> {
    const isHere = this.time.now() >= this.arrivesAt;
    return super.claim(isHere ? request : { ...request, take: [] });
  }
}

describe('what has come due on a stage', () => {
  let clock: ManualClock;
  let queue: LateBackend;
  const stageOf = (arrivesWithin?: number) => {
    const backend = { queue, state: new MemoryStateBackend({ clock }) };
    return new Stage({ backend, advance: (ms) => clock.advance(ms), arrivesWithin }, new Random(1));
  };
  const arriveIn = (ms: number) => (queue.arrivesAt = clock.now() + ms);

  beforeEach(() => {
    clock = new ManualClock();
    queue = new LateBackend(clock);
  });

  it('is there at once, where nothing else is said', async () => {
    const stage = stageOf();
    const lane = stage.lane();
    const id = await lane.add();
    arriveIn(1);
    expect(await stage.dueIds(lane, 1)).toEqual([]);
    arriveIn(0);
    expect(await stage.dueIds(lane, 1)).toEqual([id]);
  });

  it('is waited for where a broker carries it, and no longer than it is on its way', async () => {
    const stage = stageOf(1_000);
    const lane = stage.lane();
    const id = await lane.add();
    arriveIn(300);
    expect(await stage.dueIds(lane, 1)).toEqual([id]);
    expect(stage.elapsed()).toBe(300);
  });

  it('is not waited for for ever', async () => {
    const stage = stageOf(1_000);
    const lane = stage.lane();
    await lane.add();
    arriveIn(2_000);
    expect(await stage.dueIds(lane, 1)).toEqual([]);
    expect(stage.elapsed()).toBe(1_000);
  });

  it.each([
    [undefined, 1_000],
    [500, 1_500],
  ])('counts on top of the second in which a push comes: %s', async (arrivesWithin, most) => {
    const stage = stageOf(arrivesWithin);
    const waiting = (ms: number) => stage.eventually(() => stage.elapsed() >= ms, 'it comes');
    await waiting(most);
    await expect(waiting(2 * most + 100)).rejects.toThrow(`within ${most} ms: it comes`);
  });
});
