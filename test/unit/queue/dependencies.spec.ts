import { describe, expect, it, vi } from 'vitest';
import { DependencyCycleError, DependencyUnknownError } from '../../../lib/errors/index.js';
import { QueueStage } from './queue-stage.js';

const done = { kind: 'completed', result: '1' } as const;

describe('dependsOn', () => {
  it('takes handles, references and bare ids, one or several', async () => {
    const { queue, side } = await QueueStage.open();
    const parents = await Promise.all([
      queue.enqueue('a'),
      side.queues.get('bulk').enqueue('b'),
      queue.enqueue('c', 1, { id: 'c' }),
    ]);
    const child = await queue.enqueue('child', 1, {
      dependsOn: [parents[0], { queue: 'bulk', id: parents[1].id }, 'c'],
    });
    expect(child.status).toBe('waiting');
    expect(child.dependsOn).toEqual([
      { queue: 'default', id: parents[0].id },
      { queue: 'bulk', id: parents[1].id },
      { queue: 'default', id: 'c' },
    ]);
    expect((await queue.enqueue('other', 1, { dependsOn: parents[0] })).status).toBe('waiting');
  });

  it('is nothing when the list is empty', async () => {
    const { queue } = await QueueStage.open();
    expect(await queue.enqueue('child', 1, { dependsOn: [] })).toMatchObject({
      status: 'pending',
      dependsOn: [],
    });
  });

  it('counts a parent once', async () => {
    const { queue } = await QueueStage.open();
    await queue.enqueue('a', 1, { id: 'a' });
    const child = await queue.enqueue('child', 1, { dependsOn: ['a', { queue: 'default', id: 'a' }] });
    expect(child.dependsOn).toEqual([{ queue: 'default', id: 'a' }]);
  });

  it('lets the child run when the parent has completed', async () => {
    const stage = await QueueStage.open();
    const parent = await stage.queue.enqueue('parent');
    const child = await stage.queue.enqueue('child', 1, { dependsOn: parent });
    await stage.run(done);
    expect((await child.refresh()).status).toBe('pending');
  });

  it('shows a child as it is when its parent had ended already', async () => {
    const stage = await QueueStage.open();
    const parent = await stage.queue.enqueue('parent');
    await stage.run(done);
    expect((await stage.queue.enqueue('child', 1, { dependsOn: parent })).status).toBe('pending');
    const failing = await stage.queue.enqueue('parent', 1, { priority: 20 });
    await stage.fail();
    expect((await stage.queue.enqueue('child', 1, { dependsOn: failing })).status).toBe('cancelled');
  });

  it('finds bare ids on every queue of the backend by one call, its own queue first', async () => {
    const { queue, side, backend } = await QueueStage.open();
    await side.queues.get('urgent').enqueue('a', 1, { id: 'both' });
    await queue.enqueue('a', 1, { id: 'both' });
    await side.queues.get('urgent').enqueue('b', 1, { id: 'there' });
    const get = vi.spyOn(backend.queue, 'get');
    const child = await queue.enqueue('child', 1, { dependsOn: ['both', 'there'] });
    expect(child.dependsOn).toEqual([
      { queue: 'default', id: 'both' },
      { queue: 'urgent', id: 'there' },
    ]);
    // One to find them, one to show the child as it is.
    expect(get).toHaveBeenCalledTimes(2);
  });

  it('still knows a parent whose record is gone, for an hour', async () => {
    const stage = await QueueStage.open({ retention: { completedTtl: 1_000 } });
    await stage.queue.enqueue('parent', 1, { id: 'p' });
    await stage.run(done);
    await stage.clock.advance(2_000);
    await stage.backend.queue.recover();
    expect(await stage.queue.get('p')).toBeUndefined();
    expect((await stage.queue.enqueue('child', 1, { dependsOn: 'p' })).status).toBe('pending');
  });

  it('takes the name of the primary backend for its default queue', async () => {
    const { queue } = await QueueStage.open({ backends: [{ name: 'main' }] });
    await queue.enqueue('a', 1, { id: 'a' });
    const child = await queue.enqueue('child', 1, { dependsOn: { queue: 'main', id: 'a' } });
    expect(child.dependsOn).toEqual([{ queue: 'default', id: 'a' }]);
  });
});

describe('dependsOn within enqueueMany', () => {
  it('finds ids of the same call first, in any order', async () => {
    const { queue } = await QueueStage.open();
    const [child, parent] = await queue.enqueueMany([
      { name: 'child', dependsOn: 'p' },
      { name: 'parent', id: 'p' },
    ]);
    expect(parent?.status).toBe('pending');
    expect(child).toMatchObject({ status: 'waiting', dependsOn: [{ queue: 'default', id: 'p' }] });
  });

  it('mixes with jobs that depend on none and on others', async () => {
    const { queue, side } = await QueueStage.open();
    await side.queues.get('bulk').enqueue('old', 1, { id: 'old' });
    const jobs = await queue.enqueueMany([
      { name: 'a', id: 'a' },
      { name: 'b', dependsOn: ['a', 'old'] },
      { name: 'c' },
    ]);
    expect(jobs.map(({ status }) => status)).toEqual(['pending', 'waiting', 'pending']);
    expect(jobs[1]?.dependsOn).toEqual([
      { queue: 'default', id: 'a' },
      { queue: 'bulk', id: 'old' },
    ]);
  });
});

describe('a dependency that cannot be', () => {
  it('is an id that nobody knows', async () => {
    const { queue } = await QueueStage.open();
    const error = await queue.enqueue('child', 1, { dependsOn: 'nobody' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DependencyUnknownError);
    expect(error).toMatchObject({ jobId: 'nobody' });
    expect(await queue.count()).toBe(0);
  });

  it('refuses the whole enqueueMany', async () => {
    const { queue } = await QueueStage.open();
    const requests = [{ name: 'a' }, { name: 'b', dependsOn: 'nobody' }];
    await expect(queue.enqueueMany(requests)).rejects.toBeInstanceOf(DependencyUnknownError);
    expect(await queue.count()).toBe(0);
  });

  it('is the job itself', async () => {
    const { queue, backend } = await QueueStage.open();
    const enqueue = vi.spyOn(backend.queue, 'enqueue');
    for (const dependsOn of ['me', { queue: 'default', id: 'me' }]) {
      await expect(queue.enqueue('a', 1, { id: 'me', dependsOn })).rejects.toMatchObject({
        code: 'TASKS_DEPENDENCY_CYCLE',
        jobIds: ['me', 'me'],
      });
    }
    expect(enqueue).not.toHaveBeenCalled();
  });

  it('is part of a circle', async () => {
    const { queue } = await QueueStage.open();
    const error = await queue
      .enqueueMany([
        { name: 't', id: 'a', dependsOn: 'c' },
        { name: 't', id: 'b', dependsOn: 'a' },
        { name: 't', id: 'c', dependsOn: { queue: 'default', id: 'b' } },
        { name: 't', id: 'd', dependsOn: 'a' },
      ])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DependencyCycleError);
    expect(error).toMatchObject({ jobIds: ['a', 'c', 'b', 'a'] });
    expect(await queue.count()).toBe(0);
  });

  it('is no circle when the same id is on another queue', async () => {
    const { queue, side } = await QueueStage.open();
    await side.queues.get('bulk').enqueue('t', 1, { id: 'me' });
    const job = await queue.enqueue('t', 1, { id: 'me', dependsOn: { queue: 'bulk', id: 'me' } });
    expect(job.status).toBe('waiting');
  });

  it('is a job of another backend', async () => {
    const { queue, side } = await QueueStage.open({ backends: [{ name: 'one' }, { name: 'two' }] });
    const there = await side.queues.get('two').enqueue('t');
    await expect(queue.enqueue('t', 1, { dependsOn: there })).rejects.toMatchObject({
      code: 'TASKS_UNSUPPORTED',
    });
  });
});
