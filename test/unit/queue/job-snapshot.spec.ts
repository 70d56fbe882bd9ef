import { describe, expect, it } from 'vitest';
import { JOB_STATES, type JobData, type JobRecord } from '../../../lib/contract/index.js';
import { JobSnapshot } from '../../../lib/queue/index.js';
import { rejection } from '../rejection.js';
import { QueueStage } from './queue-stage.js';

const started = Date.UTC(2026, 0, 1);

describe('a job handle', () => {
  it('shows what it last saw, and a fresh view on request', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email', { to: 'ada' });
    await stage.claim();
    expect(job.isPending).toBe(true);
    const fresh = await job.refresh();
    expect(job.isPending).toBe(true);
    expect(fresh).toMatchObject({
      id: job.id,
      isPending: false,
      isRunning: true,
      attempt: 1,
      startedAt: new Date(started),
    });
  });

  it('cannot be refreshed when its job is gone', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('send-email');
    await queue.delete(job.id);
    await expect(job.refresh()).rejects.toMatchObject({ code: 'TASKS_JOB_NOT_FOUND', jobId: job.id });
  });

  it('tells how long its job ran', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    expect(job.duration).toBeUndefined();
    const claimed = await stage.claim();
    const running = await job.refresh();
    await stage.clock.advance(300);
    expect(running.duration).toBe(300);
    await stage.settle(claimed, { kind: 'completed' });
    await stage.clock.advance(300);
    const completed = await job.refresh();
    expect(completed).toMatchObject({
      duration: 300,
      isCompleted: true,
      completedAt: new Date(started + 300),
    });
  });

  it('tells of the failure of its last attempt and whether another follows', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email', 1, { maxRetries: 1 });
    await stage.run({ kind: 'retry', in: 5_000, error: { name: 'Error', message: 'busy' } });
    expect(await job.refresh()).toMatchObject({
      status: 'retrying',
      attempt: 1,
      retryCount: 0,
      canRetry: true,
      lastError: { message: 'busy' },
      scheduledAt: new Date(started + 5_000),
    });
    await stage.clock.advance(5_000);
    await stage.fail();
    expect(await job.refresh()).toMatchObject({ isFailed: true, attempt: 2, retryCount: 1, canRetry: false });
  });

  it('decodes progress and its notes', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('import');
    const { receipt } = await stage.claim();
    const progress = { current: 1, total: 4, message: 'row 1', metadata: '{"row":1}' };
    await stage.backend.queue.record([{ receipt, progress }]);
    expect((await job.refresh()).progress).toEqual({
      current: 1,
      total: 4,
      message: 'row 1',
      metadata: { row: 1 },
    });
    await stage.backend.queue.record([{ receipt, progress: { current: 2, total: 4 } }]);
    expect((await job.refresh()).progress).toEqual({ current: 2, total: 4 });
  });

  it('says why a pending job is not handed out', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('send-email');
    await queue.pause();
    expect(await job.refresh()).toMatchObject({ status: 'pending', reason: 'paused' });
  });
});

describe('job.result()', () => {
  it('gives what the handler returned', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    const result = job.result();
    await stage.run({ kind: 'completed', result: '{"sent":true}' });
    await expect(result).resolves.toEqual({ sent: true });
    await expect(job.result()).resolves.toEqual({ sent: true });
  });

  it('gives undefined when the handler returned nothing', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    await stage.run({ kind: 'completed' });
    await expect(job.result()).resolves.toBeUndefined();
  });

  it('throws what ended a dead letter, with the stored error as its cause', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    await stage.run({
      kind: 'failed',
      error: { name: 'SmtpError', message: 'no route', stack: 'SmtpError: no route\n at x' },
    });
    await expect(job.result()).rejects.toMatchObject({
      code: 'TASKS_EXECUTION',
      jobId: job.id,
      taskName: 'send-email',
      cause: { code: 'TASKS_REMOTE', record: { name: 'SmtpError' }, stack: 'SmtpError: no route\n at x' },
    });
  });

  it('throws when the job is cancelled', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('send-email');
    const ended = rejection(job.result());
    await job.cancel('user left');
    expect(await ended).toMatchObject({
      code: 'TASKS_CANCELLED',
      reason: 'user left',
    });
  });

  it('throws when a job that it depends on failed', async () => {
    const stage = await QueueStage.open();
    const parent = await stage.queue.enqueue('parent', 1, { id: 'p' });
    const child = await stage.queue.enqueue('child', 1, { dependsOn: parent });
    await stage.fail();
    await expect(child.result()).rejects.toMatchObject({ code: 'TASKS_DEPENDENCY_FAILED', jobId: 'p' });
  });

  it('throws when the time is over, and the job goes on', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    const ended = rejection(job.result({ timeout: '2s' }));
    await stage.clock.advance(2_000);
    expect(await ended).toMatchObject({
      code: 'TASKS_RESULT_TIMEOUT',
      timeout: 2_000,
    });
    expect((await job.refresh()).status).toBe('pending');
  });

  it('waits 30 seconds when it is not told', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    const ended = rejection(job.result());
    await stage.clock.advance(30_000);
    expect(await ended).toMatchObject({ timeout: 30_000 });
  });

  it('throws when the job is not kept', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('send-email');
    await queue.delete(job.id);
    await expect(job.result()).rejects.toMatchObject({ code: 'TASKS_JOB_NOT_FOUND' });
  });
});

describe('job.cancel()', () => {
  it('cancels a job that waits, and tells it once', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    stage.events.length = 0;
    expect(await job.cancel('user left')).toBe(true);
    expect(await job.cancel('again')).toBe(true);
    expect((await job.refresh()).status).toBe('cancelled');
    expect(stage.events).toEqual([
      {
        type: 'cancelled',
        taskId: job.id,
        taskName: 'send-email',
        queueName: 'default',
        reason: 'user left',
      },
    ]);
  });

  it('asks for it where the job runs, by push', async () => {
    const stage = await QueueStage.open();
    const heard: unknown[] = [];
    await stage.backend.state.watch('tasks:cancel', (message) => heard.push(JSON.parse(String(message))));
    const job = await stage.queue.enqueue('send-email');
    await stage.claim();
    expect(await job.cancel('stop')).toBe(true);
    await stage.clock.advance(0);
    expect(heard).toEqual([['default', job.id, 'stop']]);
    expect(stage.events.filter(({ type }) => type === 'cancelled')).toEqual([]);
  });

  it('comes too late for a finished job', async () => {
    const stage = await QueueStage.open();
    const job = await stage.queue.enqueue('send-email');
    await stage.run({ kind: 'completed' });
    expect(await job.cancel()).toBe(false);
  });

  it('finds nothing to cancel when the job is gone', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('send-email');
    await queue.delete(job.id);
    expect(await job.cancel()).toBe(false);
  });
});

describe('a job as plain data', () => {
  const record: JobRecord = {
    id: 'j',
    queue: 'default',
    name: 'import',
    state: 'completed',
    payload: '{"file":"a.csv"}',
    codec: 'json',
    priority: 9,
    maxRetries: 2,
    maxStalled: 3,
    timeout: 5_000,
    attempt: 2,
    stalls: 0,
    fence: '2',
    createdAt: started,
    dueAt: started + 1,
    startedAt: started + 2,
    finishedAt: started + 7,
    dependsOn: [{ queue: 'default', id: 'p' }],
    headers: { cron: '0 9 * * *' },
    error: { name: 'Error', message: 'first try' },
    result: '{"rows":3}',
    progress: { current: 3, total: 3, message: 'done', metadata: '{"row":3}' },
    replays: 0,
    version: 1,
  };
  const full: JobData = {
    id: 'j',
    name: 'import',
    queue: 'default',
    payload: { file: 'a.csv' },
    status: 'completed',
    priority: 9,
    maxRetries: 2,
    timeout: 5_000,
    dependsOn: [{ queue: 'default', id: 'p' }],
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:00.002Z',
    completedAt: '2026-01-01T00:00:00.007Z',
    scheduledAt: '2026-01-01T00:00:00.001Z',
    cronExpression: '0 9 * * *',
    attempt: 2,
    retryCount: 1,
    lastError: { name: 'Error', message: 'first try' },
    resultValue: { rows: 3 },
    progress: { current: 3, total: 3, message: 'done', metadata: { row: 3 } },
  };

  it('has everything that the handle shows', async () => {
    const stage = await QueueStage.open();
    const { id } = await stage.queue.enqueue('import');
    const get = stage.backend.queue.get.bind(stage.backend.queue);
    stage.backend.queue.get = async (refs) => (refs[0]?.id === id ? [record] : get(refs));
    expect((await stage.queue.get(id))?.toJSON()).toEqual(full);
  });

  it('comes back as a handle that shows the same', () => {
    const job = JobSnapshot.fromJSON(JSON.parse(JSON.stringify(full)) as JobData);
    expect(job).toMatchObject({
      duration: 5,
      isCompleted: true,
      canRetry: true,
      startedAt: new Date(started + 2),
    });
    expect(job.toJSON()).toEqual(full);
    expect(JSON.parse(JSON.stringify(job))).toEqual(full);
  });

  it.each([
    ['payload', { payload: '{"file":' }],
    ['resultValue', { result: '{"rows":' }],
    ['progress', { progress: { current: 1, total: 2, metadata: '{"row":' } }],
  ] as const)('names a %s that cannot be read instead of throwing, there and back', async (part, broken) => {
    const stage = await QueueStage.open();
    stage.backend.queue.get = async () => [{ ...record, ...broken }];
    const { [part]: _left, ...rest } = full;
    const job = await stage.queue.get('j');
    expect(() => job?.[part]).toThrow(expect.objectContaining({ code: 'TASKS_CODEC' }));
    const data = JSON.parse(JSON.stringify(job)) as JobData;
    expect(data).toEqual({ ...rest, unreadable: [part] });
    const back = JobSnapshot.fromJSON(data);
    expect(() => back[part]).toThrow(expect.objectContaining({ code: 'TASKS_CODEC' }));
    expect(back.toJSON()).toEqual(data);
  });

  it('leaves out what a new job does not have', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue('tick');
    const data: JobData = {
      id: job.id,
      name: 'tick',
      queue: 'default',
      status: 'pending',
      priority: 5,
      maxRetries: 3,
      dependsOn: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      attempt: 0,
      retryCount: 0,
    };
    expect(job.toJSON()).toStrictEqual(data);
    expect(JobSnapshot.fromJSON(data).toJSON()).toStrictEqual(data);
  });

  it('keeps the reason of a pending job', () => {
    const data = { ...full, status: 'pending', reason: 'paused' } as const;
    expect(JobSnapshot.fromJSON(data).reason).toBe('paused');
  });

  it.each(JOB_STATES)('keeps the status %s', (status) => {
    expect(JobSnapshot.fromJSON({ ...full, status }).status).toBe(status);
  });

  it.each([
    ['result', (job: JobSnapshot) => job.result()],
    ['cancel', (job: JobSnapshot) => job.cancel()],
    ['refresh', (job: JobSnapshot) => job.refresh()],
  ])('knows of no queue: %s() says where to get the job', async (_verb, call) => {
    await expect(call(JobSnapshot.fromJSON(full))).rejects.toMatchObject({
      code: 'TASKS_UNSUPPORTED',
      remedy: expect.stringContaining('queue.get'),
    });
  });
});
