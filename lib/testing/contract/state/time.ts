import assert from 'node:assert/strict';
import { topic } from '../topic.js';

export const storeTime = topic('state: time', (test) => {
  test('is told in epoch milliseconds', async (stage) => {
    const now = await stage.state.time();
    assert.ok(now > Date.UTC(2020, 0, 1) && now < Date.UTC(2100, 0, 1), `${now} is a moment of our days`);
  });

  test('goes on as the clock of the store does', async (stage) => {
    const before = await stage.state.time();
    await stage.pass(300);
    const passed = (await stage.state.time()) - before;
    assert.ok(passed >= 299 && passed < 30_000, `${passed} ms have passed in 300`);
  });
});
