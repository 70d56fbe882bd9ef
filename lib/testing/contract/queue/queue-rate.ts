import assert from 'node:assert/strict';
import type { Ms, RateLimit } from '../../../contract/index.js';
import type { Lane } from '../lane.js';
import { inPromisedOrder } from '../promised-order.js';
import type { Stage } from '../stage.js';
import { topic } from '../topic.js';

/** Starts of jobs, each between two moments: the claim was sent at one and answered at the other. */
interface Start {
  readonly sent: number;
  readonly answered: number;
}

/** Asks for everything every `step` milliseconds, and notes when what came. */
async function claimEvery(stage: Stage, lane: Lane, step: number, times: number): Promise<Start[]> {
  const starts: Start[] = [];
  for (let n = 0; n < times; n++) {
    const sent = stage.elapsed();
    const jobs = await lane.take(100);
    const answered = stage.elapsed();
    for (const job of jobs) {
      starts.push({ sent, answered });
      await lane.complete(job);
    }
    await stage.pass(step);
  }
  return starts;
}

/** Where time is real a store may count in whole milliseconds: two starts that it sees a hundred apart may be seen 99.1 apart from here. */
const ROUNDING: Ms = 1;

/** In no stretch of time do more jobs start than the burst and what the rate adds to it. */
export function withinRate({ timeStands }: Stage, starts: readonly Start[], limit: RateLimit): void {
  const rounding = timeStands ? 0 : ROUNDING;
  const burst = limit.burst ?? limit.limit;
  starts.forEach((first, from) => {
    starts.slice(from).forEach((last, further) => {
      const span = last.answered - first.sent + rounding;
      const allowed = burst + Math.floor((span * limit.limit) / limit.per);
      assert.ok(further + 1 <= allowed, `${further + 1} starts within ${span} ms, ${allowed} are allowed`);
    });
  });
}

export const queueRate = topic(
  'rate limit of a queue',
  (test) => {
    test('starts a burst, then says that it is limited and until when', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 3, per: 900 } });
      await lane.addMany(10);
      assert.equal((await lane.take(10)).length, 3);
      const { jobs, limited, nextInMs } = await lane.claim(10);
      assert.deepEqual(jobs, []);
      const [by] = limited ?? [];
      assert.equal(by?.queue, lane.name);
      assert.equal(by.by, 'rate');
      assert.ok(by.retryInMs !== undefined && by.retryInMs > 0 && by.retryInMs <= 300, `${by.retryInMs}`);
      assert.ok(nextInMs !== undefined && nextInMs <= by.retryInMs, `nextInMs is ${nextInMs}`);
    });

    test('is never idle while it is allowed to start one', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 2, per: 500 } });
      await lane.addMany(6);
      await lane.take(2);
      for (let n = 0; n < 3; n++) {
        const { limited } = await lane.claim(10);
        await stage.pass(limited?.[0]?.retryInMs ?? 0);
        assert.equal((await lane.take(1)).length, 1, 'one more at the moment that was named');
      }
    });

    test('starts no more than its limit in any window', async (stage) => {
      const rateLimit = { limit: 4, per: 400 };
      const lane = stage.lane({ rateLimit });
      await lane.addMany(60);
      const starts = await claimEvery(stage, lane, 60, 20);
      withinRate(stage, starts, rateLimit);
      assert.ok(starts.length >= 4 + Math.floor((19 * 60 - 60) / 100), `${starts.length} jobs started`);
    });

    test('lets a smaller burst go than its limit', async (stage) => {
      const rateLimit = { limit: 5, per: 500, burst: 1 };
      const lane = stage.lane({ rateLimit });
      await lane.addMany(20);
      const starts = await claimEvery(stage, lane, 70, 8);
      withinRate(stage, starts, rateLimit);
      assert.ok(starts.length >= 4, `${starts.length} jobs started`);
    });

    test('charges for what it hands out alone', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 3, per: 60_000 } });
      assert.deepEqual(await lane.takeIds(3), []);
      await lane.add();
      assert.equal((await lane.take(3)).length, 1);
      await lane.addMany(5);
      assert.equal((await lane.take(5)).length, 2);
    });

    test('saves no more than a burst while it is idle', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 2, per: 200 } });
      await stage.pass(1_000);
      await lane.addMany(10);
      assert.equal((await lane.take(10)).length, 2);
    });

    test('counts every start, a second run as well', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 2, per: 60_000 } });
      await lane.add();
      for (let n = 0; n < 2; n++) await lane.retry(await lane.takeOne(), 0);
      assert.deepEqual(await lane.takeIds(1), []);
    });

    test('counts over all who claim', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 4, per: 60_000 } });
      await lane.addMany(20);
      const claims = await Promise.all(
        Array.from({ length: 6 }, (_, worker) => lane.take(3, { worker: `worker-${worker}` })),
      );
      assert.equal(claims.flat().length, 4);
    });

    test('limits one queue and not another of the same claim', async (stage) => {
      const [slow, free] = [stage.lane({ rateLimit: { limit: 1, per: 60_000 } }), stage.lane()];
      await slow.addMany(3);
      await free.addMany(3);
      const take = [slow, free].map(({ name }) => ({ queue: name, limit: 5 }));
      const { jobs, limited } = await stage.queue.claim({ worker: 'worker', lease: 60_000, take });
      assert.equal(jobs.filter((job) => job.queue === slow.name).length, 1);
      assert.equal(jobs.filter((job) => job.queue === free.name).length, 3);
      assert.ok(limited?.every(({ queue }) => queue === slow.name) ?? true);
    });

    test('keeps what it holds back in its order', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 2, per: 200 } });
      const ids = await lane.addMany(6);
      const taken: string[] = [];
      while (taken.length < 6) {
        taken.push(...(await lane.takeIds(6)));
        await stage.pass(110);
      }
      inPromisedOrder(stage, taken, ids);
    });

    test('goes by the latest declaration', async (stage) => {
      const lane = stage.lane({ rateLimit: { limit: 1, per: 60_000 } });
      await lane.addMany(10);
      assert.equal((await lane.take(10)).length, 1);
      lane.declare();
      assert.equal((await lane.take(10)).length, 9);
    });
  },
  'queueRateLimit',
);
