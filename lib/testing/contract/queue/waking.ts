import assert from 'node:assert/strict';
import type { JobRef } from '../../../contract/index.js';
import { type Lane, LONG_LEASE } from '../lane.js';
import type { Stage } from '../stage.js';
import { topic } from '../topic.js';
import { after } from './dependencies.js';

/** Someone who waits for work on a lane, and counts how often it is called. */
class Sleeper {
  private calls = 0;
  private readonly subscription: ReturnType<Stage['queue']['subscribe']>;

  constructor(
    private readonly stage: Stage,
    lane: Lane,
    demand = 1,
  ) {
    this.subscription = stage.queue.subscribe(lane.name, { demand }, () => this.calls++);
  }

  /** Does something, and expects to be called because of it. */
  async wokenBy(what: string, act: () => Promise<unknown>): Promise<void> {
    await this.stage.pass(0);
    const before = this.calls;
    await act();
    await this.stage.eventually(() => this.calls > before, `woken by ${what}`);
  }

  /**
   * Expects not to be called for a while. Where time is real, a call of a moment ago may still be on its way, which is allowed (it may come
   * too often): only one that comes each time is because of this.
   */
  async undisturbed(act: () => Promise<unknown>): Promise<void> {
    await this.stage.pass(0);
    for (let left = this.stage.timeStands ? 1 : 3; left > 0; left--) {
      const before = this.calls;
      await act();
      await this.stage.pass(200);
      if (this.calls === before) return;
    }
    assert.fail('called without a cause');
  }

  setDemand(demand: number): void {
    this.subscription.setDemand(demand);
  }

  close(): void {
    this.subscription.close();
  }
}

/** Plays with a sleeper on a lane that has just been found empty by a claim. */
async function asleep(stage: Stage, lane: Lane, play: (sleeper: Sleeper) => Promise<void>): Promise<void> {
  const sleeper = new Sleeper(stage, lane);
  try {
    await lane.take(1);
    await play(sleeper);
  } finally {
    sleeper.close();
  }
}

/**
 * Looks when it is called, and at once after a look that has brought all that it asked for, until it has found so many.
 * @param add Enqueues. @returns what of it is cancelled
 */
async function findsAll(
  stage: Stage,
  lanes: readonly Lane[],
  count: number,
  add: () => Promise<readonly JobRef[]>,
): Promise<void> {
  let isCalled = false;
  const subscriptions = lanes.map(({ name }) =>
    stage.queue.subscribe(name, { demand: 3 }, () => (isCalled = true)),
  );
  const cancelled = await add();
  await stage.pass(100);
  await stage.queue.cancel(cancelled, 'no need');
  const take = lanes.map(({ name: queue }) => ({ queue, limit: 3 }));
  let found = 0;
  const look = async () => {
    if (!isCalled) return found === count;
    isCalled = false;
    const { jobs } = await stage.queue.claim({ worker: 'worker', lease: LONG_LEASE, take, max: 3 });
    if (jobs.length === 3) isCalled = true;
    found += jobs.length;
    return found === count;
  };
  await stage.eventually(look, `${count} jobs are found`);
  for (const subscription of subscriptions) subscription.close();
}

export const waking = topic('subscribe', (test) => {
  test('calls when a job is enqueued', async (stage) => {
    const lane = stage.lane();
    await asleep(stage, lane, async (sleeper) => {
      await sleeper.wokenBy('an enqueue', () => lane.add());
      await lane.complete(await lane.takeOne());
      await sleeper.wokenBy('another', () => lane.add());
    });
  });

  test('calls when the moment that a claim named moves earlier', async (stage) => {
    const lane = stage.lane();
    await lane.add({ delay: 60_000 });
    await asleep(stage, lane, (sleeper) =>
      sleeper.wokenBy('an earlier one', () => lane.add({ delay: 1_000 })),
    );
  });

  test('calls when a job is given back or retried at once', async (stage) => {
    const lane = stage.lane();
    await lane.addMany(2);
    const [one, two] = await lane.take(2);
    assert.ok(one && two);
    await asleep(stage, lane, async (sleeper) => {
      await sleeper.wokenBy('a release', () => lane.release(one));
      await lane.take(1);
      await sleeper.wokenBy('a retry', () => lane.retry(two, 0));
    });
  });

  test('calls when a dead letter is put back', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.fail(await lane.takeOne());
    await asleep(stage, lane, (sleeper) =>
      sleeper.wokenBy('a dead letter', () => stage.queue.retryDead([lane.ref(id)])),
    );
  });

  test('calls when a queue is resumed', { feature: 'pause' }, async (stage) => {
    const lane = stage.lane();
    await stage.queue.pause(lane.name);
    await lane.add();
    await asleep(stage, lane, (sleeper) => sleeper.wokenBy('resume', () => stage.queue.resume(lane.name)));
  });

  test('calls when dependencies are met, on whatever queue', { feature: 'dependencies' }, async (stage) => {
    const [lane, other] = [stage.lane(), stage.lane()];
    const parent = await other.add();
    await lane.add(after([other.ref(parent)]));
    const job = await other.takeOne();
    await asleep(stage, lane, (sleeper) => sleeper.wokenBy('a parent', () => other.complete(job)));
  });

  test('calls when a signal arrives', { feature: 'signals' }, async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await lane.release(await lane.takeOne(), { awaits: 'approved' });
    await asleep(stage, lane, (sleeper) =>
      sleeper.wokenBy('a signal', () => lane.signal(id, 'approved', '"yes"')),
    );
  });

  test('calls when a full queue has a slot again', { feature: 'queueConcurrency' }, async (stage) => {
    const lane = stage.lane({ concurrency: 1 });
    await lane.addMany(2);
    const job = await lane.takeOne();
    await asleep(stage, lane, (sleeper) => sleeper.wokenBy('a free slot', () => lane.complete(job)));
  });

  test('calls when a key has a slot again', { feature: 'keyLimits' }, async (stage) => {
    const lane = stage.lane({ perKey: { concurrency: 1 } });
    await lane.addMany(2, { key: 'a' });
    const job = await lane.takeOne();
    await asleep(stage, lane, (sleeper) => sleeper.wokenBy('a free slot', () => lane.complete(job)));
  });

  test('calls when the rate of a key names an earlier moment', { feature: 'keyLimits' }, async (stage) => {
    const lane = stage.lane({ perKey: { rateLimit: { limit: 2, per: 60_000 } } });
    await asleep(stage, lane, async (sleeper) => {
      await sleeper.wokenBy('an enqueue', () => lane.addMany(2, { key: 'a' }));
      await lane.drain();
      await sleeper.wokenBy('a job that waits for its key', () => lane.add({ key: 'a' }));
    });
  });

  test(
    'calls when a key has a slot again, and has to wait for its rate',
    { feature: 'keyLimits' },
    async (stage) => {
      const lane = stage.lane({ perKey: { concurrency: 1, rateLimit: { limit: 1, per: 30_000 } } });
      await lane.addMany(2, { key: 'a' });
      const job = await lane.takeOne();
      await asleep(stage, lane, (sleeper) => sleeper.wokenBy('a free slot', () => lane.complete(job)));
    },
  );

  test('leaves nothing untold behind jobs that were cancelled', { feature: 'cancel' }, async (stage) => {
    const lane = stage.lane();
    await findsAll(stage, [lane], 3, async () => {
      const ids = await lane.addMany(6);
      return ids.slice(0, 3).map((id) => lane.ref(id));
    });
  });

  test('leaves nothing untold beside jobs that were cancelled', { feature: 'cancel' }, async (stage) => {
    const [lane, other] = [stage.lane(), stage.lane()];
    await findsAll(stage, [lane, other], 2, async () => {
      await other.addMany(2);
      return (await lane.addMany(3)).map((id) => lane.ref(id));
    });
  });

  test('calls for its own queue alone', async (stage) => {
    const [lane, other] = [stage.lane(), stage.lane()];
    await asleep(stage, lane, (sleeper) => sleeper.undisturbed(() => other.add()));
  });

  test('is silent without demand, and tells what came meanwhile once there is some', async (stage) => {
    const lane = stage.lane();
    await asleep(stage, lane, async (sleeper) => {
      sleeper.setDemand(0);
      await sleeper.undisturbed(() => lane.add());
      await sleeper.wokenBy('demand', async () => sleeper.setDemand(4));
    });
  });

  test('is silent when it begins without demand', async (stage) => {
    const lane = stage.lane();
    const sleeper = new Sleeper(stage, lane, 0);
    await sleeper.undisturbed(() => lane.add());
    sleeper.close();
  });

  test('is silent once it is closed', async (stage) => {
    const lane = stage.lane();
    const sleeper = new Sleeper(stage, lane);
    sleeper.close();
    sleeper.close();
    await sleeper.undisturbed(() => lane.add());
  });

  test('calls every one who waits', async (stage) => {
    const lane = stage.lane();
    const sleepers = [new Sleeper(stage, lane), new Sleeper(stage, lane)];
    const [one, two] = sleepers as [Sleeper, Sleeper];
    await one.wokenBy('an enqueue', () => two.wokenBy('an enqueue', () => lane.addMany(4)));
    for (const sleeper of sleepers) sleeper.close();
  });
});
