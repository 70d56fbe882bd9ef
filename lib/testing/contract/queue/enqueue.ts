import assert from 'node:assert/strict';
import { ENVELOPE_VERSION, type NewJob } from '../../../contract/index.js';
import { isExisting, isRefused } from '../rejects.js';
import { topic } from '../topic.js';

/** What a client that is not typed, or a message of somebody else's, may say. */
const MALFORMED: readonly (readonly [keyof NewJob, unknown])[] = [
  ['id', ''],
  ['name', ''],
  ['name', undefined],
  ['priority', 21],
  ['priority', 0.5],
  ['maxRetries', -1],
  ['maxRetries', Number.NaN],
  ['maxStalled', -1],
  ['timeout', 0],
  ['delay', -1],
  ['payload', { to: 'ada' }],
];

export const enqueue = topic('enqueue', (test) => {
  test('keeps a job as it was given', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({
      name: 'send-email',
      payload: '{"to":"ada"}',
      codec: 'json',
      priority: 7,
      maxRetries: 2,
      maxStalled: 4,
      timeout: 1_234,
      headers: { traceparent: '00-abc', 'x-unknown': 'kept' },
    });
    const record = await lane.record(id);
    assert.equal(record.queue, lane.name);
    assert.equal(record.id, id);
    assert.equal(record.state, 'pending');
    assert.equal(record.name, 'send-email');
    assert.equal(record.payload, '{"to":"ada"}');
    assert.equal(record.codec, 'json');
    assert.equal(record.priority, 7);
    assert.equal(record.maxRetries, 2);
    assert.equal(record.maxStalled, 4);
    assert.equal(record.timeout, 1_234);
    assert.deepEqual({ ...record.headers }, { traceparent: '00-abc', 'x-unknown': 'kept' });
    assert.equal(record.version, ENVELOPE_VERSION);
  });

  test('starts a job with nothing behind it', async (stage) => {
    const lane = stage.lane();
    const record = await lane.record(await lane.add());
    assert.equal(record.attempt, 0);
    assert.equal(record.stalls, 0);
    assert.equal(record.replays, 0);
    assert.equal(record.maxStalled, 3, 'the default');
    assert.ok(record.createdAt > 0);
    for (const field of [
      'startedAt',
      'worker',
      'error',
      'result',
      'progress',
      'checkpoint',
      'dueAt',
    ] as const) {
      assert.equal(record[field], undefined, field);
    }
  });

  test('refuses what is not well formed, and takes what travels with it', async (stage) => {
    const lane = stage.lane();
    for (const [field, value] of MALFORMED) {
      const [broken, sound] = [lane.job({ [field]: value }), lane.job()];
      const verdicts = await stage.queue.enqueue([broken, sound]);
      isRefused(verdicts[0], 'TASKS_VALIDATION');
      assert.deepEqual(verdicts[1], { status: 'created', id: sound.id }, `beside ${field} ${String(value)}`);
    }
    assert.equal((await lane.counts()).pending, MALFORMED.length);
  });

  test('gives a verdict for each job, in their order', async (stage) => {
    const lane = stage.lane();
    const jobs = [lane.job(), lane.job(), lane.job()];
    const verdicts = await stage.queue.enqueue(jobs);
    assert.deepEqual(
      verdicts,
      jobs.map(({ id }) => ({ status: 'created', id })),
    );
  });

  test('takes no jobs at all', async (stage) => {
    assert.deepEqual(await stage.queue.enqueue([]), []);
  });

  test('keeps jobs of several queues in one call', async (stage) => {
    const [mail, reports] = [stage.lane(), stage.lane()];
    await stage.queue.enqueue([mail.job(), reports.job(), mail.job()]);
    assert.equal((await mail.counts()).pending, 2);
    assert.equal((await reports.counts()).pending, 1);
  });

  test('finds a repeated id instead of adding it again', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ repeat: true, payload: '"first"' });
    isExisting(await lane.offer({ id, repeat: true, payload: '"second"', priority: 20 }), id);
    const record = await lane.record(id);
    assert.equal(record.payload, '"first"');
    assert.equal(record.priority, 5);
    assert.equal((await lane.counts()).pending, 1);
  });

  test('finds a repeated id within one call', async (stage) => {
    const lane = stage.lane();
    const job = lane.job({ repeat: true });
    const verdicts = await stage.queue.enqueue([job, job]);
    assert.deepEqual(
      verdicts.map((verdict) => verdict.status),
      ['created', 'existing'],
    );
    assert.equal((await lane.counts()).pending, 1);
  });

  test('finds a repeated id while its job runs and once it has finished', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    const job = await lane.takeOne();
    isExisting(await lane.offer({ id, repeat: true }), id);
    await lane.complete(job);
    isExisting(await lane.offer({ id, repeat: true }), id);
    assert.deepEqual(await lane.takeIds(1), []);
  });

  test('finds a repeated id whose finished job is no longer kept', async (stage) => {
    const lane = stage.lane({ retention: { completedTtl: 200 } });
    const id = await lane.add();
    await lane.complete(await lane.takeOne());
    await stage.pass(250);
    await stage.queue.recover();
    assert.equal(await lane.find(id), undefined);
    isExisting(await lane.offer({ id, repeat: true }), id);
    assert.deepEqual(await lane.takeIds(1), []);
  });

  test('adds one job of many calls that repeat one id at once', async (stage) => {
    const lane = stage.lane();
    const id = stage.random.jobId();
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => lane.offer({ id, repeat: true })));
    assert.equal(verdicts.filter((verdict) => verdict.status === 'created').length, 1);
    assert.equal((await lane.counts()).pending, 1);
  });

  test('takes one id on two queues as two jobs', async (stage) => {
    const [mail, reports] = [stage.lane(), stage.lane()];
    const id = await mail.add({ payload: '"mail"', repeat: true });
    await reports.add({ id, payload: '"report"', repeat: true });
    assert.equal((await mail.record(id)).payload, '"mail"');
    assert.equal((await reports.record(id)).payload, '"report"');
  });

  test('ignores what it does not know of a job', async (stage) => {
    const lane = stage.lane();
    const id = await lane.add({ fromTomorrow: { colour: 'green' } } as Partial<NewJob>);
    assert.equal((await lane.takeOne()).id, id);
  });
});
