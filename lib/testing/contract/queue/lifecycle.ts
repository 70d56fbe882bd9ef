import assert from 'node:assert/strict';
import { FEATURES } from '../../../contract/index.js';
import { aJob } from '../../a-job.js';
import { rejectsWith } from '../rejects.js';
import { sameMembers } from '../same-members.js';
import { topic } from '../topic.js';

export const lifecycle = topic('opening and closing', (test) => {
  test('says of every feature whether it has it', async ({ capabilities }) => {
    sameMembers(Object.keys(capabilities.features), [...FEATURES]);
    for (const feature of FEATURES) assert.equal(typeof capabilities.features[feature], 'boolean', feature);
  });

  test('has the features and the scope that its harness says', async ({ capabilities }, { harness }) => {
    const missing = FEATURES.filter((feature) => !capabilities.features[feature]);
    sameMembers(missing, [...(harness.unsupported ?? [])]);
    assert.equal(capabilities.scope, harness.scope ?? 'process');
  });

  test('says what it promises in numbers that can be relied on', async ({ capabilities }) => {
    assert.ok(['none', 'process', 'crash', 'replicated'].includes(capabilities.durability));
    assert.ok(['process', 'fleet'].includes(capabilities.scope));
    assert.ok(['strict', 'best-effort'].includes(capabilities.order));
    assert.ok(capabilities.minLease > 0 && capabilities.minLease <= 60_000, 'a lease can be a minute');
    assert.ok(capabilities.maxDelay >= 86_400_000, 'a delay can be a day');
    assert.ok(capabilities.completedMax >= 1 && capabilities.completedMax <= 10_000);
    assert.ok(capabilities.tombstoneMax >= 1);
  });

  test('answers a ping with what it is, and no secret', async ({ queue }) => {
    const info = await queue.ping();
    assert.ok(info.type.length > 0);
    assert.ok(info.version.length > 0);
    assert.doesNotMatch(JSON.stringify(info), /:\/\/[^/]*:[^/]*@/, 'no credentials');
  });

  test('takes declarations before it is opened', async (stage, { create }) => {
    const { backend, dispose } = await create();
    const name = stage.name('early');
    backend.queue.declare([{ name, maxSize: 1 }]);
    await backend.queue.open();
    const verdicts = await backend.queue.enqueue([aJob({ queue: name }), aJob({ queue: name })]);
    assert.deepEqual(
      verdicts.map((verdict) => verdict.status),
      ['created', 'refused'],
    );
    await backend.queue.close();
    await dispose?.();
  });

  test('can be closed twice', async (_stage, { create }) => {
    const { backend, dispose } = await create();
    await backend.queue.open();
    await backend.state.open();
    await backend.queue.close();
    await backend.queue.close();
    await backend.state.close();
    await backend.state.close();
    await dispose?.();
  });

  test('settles open calls before it is closed', async (stage, { create }) => {
    const { backend, dispose } = await create();
    const name = stage.name('closing');
    backend.queue.declare([{ name }]);
    await backend.queue.open();
    const call = backend.queue.enqueue([aJob({ queue: name })]);
    await backend.queue.close();
    const [verdict] = await call;
    assert.equal(verdict?.status, 'created');
    await dispose?.();
  });

  test('refuses calls once it is closed', async (stage, { create }) => {
    const { backend, dispose } = await create();
    const name = stage.name('closed');
    backend.queue.declare([{ name }]);
    await backend.queue.open();
    await backend.state.open();
    await backend.queue.close();
    await backend.state.close();
    await rejectsWith('TASKS_CLOSED', () => backend.queue.enqueue([aJob({ queue: name })]));
    await rejectsWith('TASKS_CLOSED', () =>
      backend.queue.claim({ worker: 'worker', lease: stage.lease, take: [{ queue: name, limit: 1 }] }),
    );
    await rejectsWith('TASKS_CLOSED', () => backend.state.get(['key']));
    await dispose?.();
  });

  test('holds no timer and no connection once it is closed', async (stage, { create }) => {
    const { backend, dispose, handles } = await create();
    const name = stage.name('leaving');
    const { queueRateLimit } = stage.capabilities.features;
    backend.queue.declare([{ name, ...(queueRateLimit && { rateLimit: { limit: 1, per: 60_000 } }) }]);
    await backend.queue.open();
    await backend.state.open();
    backend.queue.subscribe(name, { demand: 4 }, () => {});
    await backend.state.watch(stage.name('channel'), () => {});
    await backend.state.set([{ key: stage.name('key'), value: 'kept', ttl: 60_000 }]);
    await backend.queue.enqueue([
      aJob({ queue: name }),
      aJob({ queue: name }),
      aJob({ queue: name, delay: 60_000 }),
    ]);
    await backend.queue.claim({ worker: 'worker', lease: 60_000, take: [{ queue: name, limit: 1 }] });
    await backend.queue.close();
    await backend.state.close();
    assert.equal(handles?.() ?? 0, 0);
    await dispose?.();
  });
});
