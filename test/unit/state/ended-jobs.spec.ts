import { describe, expect, it, vi } from 'vitest';
import type { EndedJob, JobRef, TaskEvent } from '../../../lib/contract/index.js';
import { tellEnded } from '../../../lib/state/index.js';

const dead: EndedJob = {
  queue: 'default',
  id: 'd',
  name: 'import',
  attempt: 3,
  worker: 'w-1',
  error: { name: 'TaskStalledError', message: 'stalled', code: 'TASKS_STALLED' },
};
const cancelled: EndedJob = {
  queue: 'bulk',
  id: 'c',
  name: 'child',
  attempt: 0,
  cancelReason: 'dependency-failed',
};

const tell = (ended: readonly EndedJob[] | undefined, { wanted = true, awaited = true } = {}) => {
  const events: TaskEvent[] = [];
  const announce = vi.fn<(job: JobRef) => void>();
  tellEnded(
    ended,
    { wants: () => wanted, emit: (event) => events.push(event) },
    { hasWaiters: awaited, announce },
  );
  return { events, announced: announce.mock.calls.map(([{ id }]) => id) };
};

describe('tellEnded', () => {
  it('tells of a dead letter and of a cancelled job', () => {
    expect(tell([dead, cancelled])).toEqual({
      events: [
        {
          type: 'failed',
          taskId: 'd',
          taskName: 'import',
          queueName: 'default',
          workerId: 'w-1',
          attempt: 3,
          error: expect.objectContaining({ code: 'TASKS_REMOTE' }),
          reason: dead.error,
        },
        {
          type: 'cancelled',
          taskId: 'c',
          taskName: 'child',
          queueName: 'bulk',
          workerId: '',
          attempt: 0,
          reason: 'dependency-failed',
        },
      ],
      announced: ['d', 'c'],
    });
  });

  it('builds nothing for nobody', () => {
    expect(tell([dead, cancelled], { wanted: false, awaited: false })).toEqual({ events: [], announced: [] });
  });

  it('has nothing to tell when nothing ended', () => {
    expect(tell(undefined)).toEqual({ events: [], announced: [] });
  });
});
