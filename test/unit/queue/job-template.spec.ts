import { describe, expect, it } from 'vitest';
import { JobTemplate, type JobTemplateData } from '../../../lib/queue/index.js';
import { QueueStage } from './queue-stage.js';

const roundTrip = (template: JobTemplate) =>
  JobTemplate.fromJSON(JSON.parse(JSON.stringify(template)) as JobTemplateData);

describe('JobTemplate', () => {
  it('is a call without an id', () => {
    const template = new JobTemplate('report', { month: 5 }, { priority: 2, delay: '1h' }, 'bulk');
    expect(template).toMatchObject({
      name: 'report',
      payload: { month: 5 },
      options: { priority: 2 },
      queue: 'bulk',
    });
    expect(new JobTemplate('report', 1)).toMatchObject({ queue: 'default', options: {} });
  });

  it('makes jobs, each with an id of its own or the one that is given', () => {
    const template = new JobTemplate('report', { month: 5 }, { priority: 2 }, 'bulk');
    expect(template.create('report:42')).toStrictEqual({
      id: 'report:42',
      name: 'report',
      queue: 'bulk',
      payload: { month: 5 },
      priority: 2,
    });
    const ids = [template.create().id, template.create().id];
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/u);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('makes what enqueueMany takes', async () => {
    const { side } = await QueueStage.open();
    const template = new JobTemplate('report', { month: 5 }, { priority: 2 }, 'bulk');
    const jobs = await side.queues.get('bulk').enqueueMany([template.create(), template.create('report:42')]);
    expect(jobs[1]).toMatchObject({ id: 'report:42', priority: 2, payload: { month: 5 } });
  });

  it('is made of a job, to run it once more', async () => {
    const { queue } = await QueueStage.open();
    const job = await queue.enqueue(
      'report',
      { month: 5 },
      { id: 'first', priority: 9, maxRetries: 1, timeout: '5s' },
    );
    const template = JobTemplate.from(job);
    expect(template.toJSON()).toEqual({
      name: 'report',
      queue: 'default',
      payload: { month: 5 },
      options: { priority: 9, maxRetries: 1, timeout: 5_000 },
    });
    const [again] = await queue.enqueueMany([template.create()]);
    expect(again).toMatchObject({ name: 'report', payload: { month: 5 }, priority: 9, timeout: 5_000 });
    expect(again?.id).not.toBe('first');
  });

  it('is made of a job that has no timeout and no payload', async () => {
    const { queue } = await QueueStage.open();
    const template = JobTemplate.from(await queue.enqueue('tick'));
    expect(template.toJSON()).toEqual({
      name: 'tick',
      queue: 'default',
      options: { priority: 5, maxRetries: 3 },
    });
  });

  it.each([
    { delay: '1h' },
    { delay: 500 },
    { delay: new Date(86_400_000) },
    { scheduleAt: new Date(86_400_000) },
    { priority: 3, maxRetries: 0, timeout: '5s', idempotencyKey: 'k' },
    {},
  ])('comes back from plain data: %j', (options) => {
    const template = new JobTemplate('report', { month: 5 }, options, 'bulk');
    expect(roundTrip(template)).toEqual(template);
  });

  it('comes back from a name alone', () => {
    expect(JobTemplate.fromJSON({ name: 'tick' })).toEqual(new JobTemplate('tick', undefined));
  });

  it.each([
    ['a hostile name', () => new JobTemplate('{x}', 1), 'TASKS_INVALID_NAME'],
    ['a hostile queue', () => new JobTemplate('a', 1, {}, '{x}'), 'TASKS_INVALID_NAME'],
    ['an unknown option', () => new JobTemplate('a', 1, { prio: 1 } as never), 'TASKS_INVALID_OPTION'],
    ['a bad delay', () => new JobTemplate('a', 1, { delay: 'soon' }), 'TASKS_INVALID_DURATION'],
    ['a hostile id', () => new JobTemplate('a', 1).create('{x}'), 'TASKS_INVALID_NAME'],
    [
      'a moment that cannot be read',
      () => JobTemplate.fromJSON({ name: 'a', queue: 'b', options: { delay: 'soon' } }),
      'TASKS_INVALID_DURATION',
    ],
  ])('refuses %s', (_what, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});
