import assert from 'node:assert/strict';
import type { RateLimit } from '../../../contract/index.js';
import { HOSTILE_TEXTS } from '../hostile-texts.js';
import { topic } from '../topic.js';

/** A bucket by the formula (GCRA), for time that stands still unless it is moved. */
class Bucket {
  private arrival = 0;

  constructor(private readonly limit: RateLimit) {}

  take(tokens: number, now: number): number {
    const interval = this.limit.per / this.limit.limit;
    const burst = (this.limit.burst ?? this.limit.limit) * interval;
    const start = Math.max(this.arrival, now);
    const free = Math.floor((now + burst - start) / interval + 1e-9);
    const granted = Math.max(0, Math.min(tokens, free));
    this.arrival = start + granted * interval;
    return granted;
  }
}

export const limiter = topic('state: rate limiter', (test) => {
  test('grants a burst, then says when the next one is there', async (stage) => {
    const bucket = stage.name('bucket');
    const limit = { limit: 3, per: 900 };
    assert.deepEqual(await stage.state.take(bucket, limit, 2), { granted: 2, retryInMs: 0 });
    const { granted, retryInMs } = await stage.state.take(bucket, limit, 2);
    assert.equal(granted, 1);
    assert.ok(retryInMs > 0 && retryInMs <= 300, `retryInMs is ${retryInMs}`);
    await stage.pass(retryInMs);
    assert.equal((await stage.state.take(bucket, limit, 1)).granted, 1);
  });

  test('grants none while there is none', async (stage) => {
    const bucket = stage.name('bucket');
    const limit = { limit: 1, per: 60_000 };
    await stage.state.take(bucket, limit, 1);
    const { granted, retryInMs } = await stage.state.take(bucket, limit, 1);
    assert.equal(granted, 0);
    assert.ok(retryInMs > 0 && retryInMs <= 60_000);
  });

  test('grants no more at once than the burst', async (stage) => {
    const bucket = stage.name('bucket');
    const limit = { limit: 10, per: 1_000, burst: 2 };
    assert.equal((await stage.state.take(bucket, limit, 50)).granted, 2);
    await stage.pass(1_000);
    assert.equal((await stage.state.take(bucket, limit, 50)).granted, 2);
  });

  test('grants in any window what the rate allows, and no more', async (stage) => {
    const bucket = stage.name('bucket');
    const limit = { limit: 5, per: 500 };
    const formula = new Bucket(limit);
    const grants: { sent: number; answered: number; granted: number }[] = [];
    for (let n = 0; n < 25; n++) {
      const tokens = 1 + stage.random.below(4);
      const sent = stage.elapsed();
      const { granted, retryInMs } = await stage.state.take(bucket, limit, tokens);
      grants.push({ sent, answered: stage.elapsed(), granted });
      if (stage.timeStands) assert.equal(granted, formula.take(tokens, sent), `take ${n}`);
      assert.equal(retryInMs > 0, granted < tokens, `granted ${granted} of ${tokens}, retry in ${retryInMs}`);
      await stage.pass(stage.random.below(130));
    }
    grants.forEach((first, from) => {
      let sum = 0;
      for (const last of grants.slice(from)) {
        sum += last.granted;
        // A store may count in whole milliseconds.
        const span = last.answered - first.sent + (stage.timeStands ? 0 : 1);
        const allowed = limit.limit + Math.floor((span * limit.limit) / limit.per + 1e-9);
        assert.ok(sum <= allowed, `${sum} within ${span} ms, ${allowed} are allowed`);
      }
    });
  });

  test('grants many who ask at once no more than there is', async (stage) => {
    const bucket = stage.name('bucket');
    const takes = await Promise.all(
      Array.from({ length: 10 }, () => stage.state.take(bucket, { limit: 7, per: 60_000 }, 2)),
    );
    assert.equal(
      takes.reduce((sum, { granted }) => sum + granted, 0),
      7,
    );
  });

  test('keeps buckets apart whatever their names look like', async (stage) => {
    const suffix = stage.name('bucket');
    const limit = { limit: 1, per: 60_000 };
    for (const text of HOSTILE_TEXTS) {
      assert.equal((await stage.state.take(`${text}/${suffix}`, limit, 1)).granted, 1);
    }
    for (const text of HOSTILE_TEXTS) {
      assert.equal((await stage.state.take(`${text}/${suffix}`, limit, 1)).granted, 0);
    }
  });
});
