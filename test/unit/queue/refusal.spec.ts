import { describe, expect, it, vi } from 'vitest';
import type { ErrorCode } from '../../../lib/contract/index.js';
import * as errors from '../../../lib/errors/index.js';
import { QueueStage } from './queue-stage.js';

const refusedWith = async (code: ErrorCode, detail?: string): Promise<unknown> => {
  const { queue, backend } = await QueueStage.open();
  const verdict = detail === undefined ? { status: 'refused', code } : { status: 'refused', code, detail };
  vi.spyOn(backend.queue, 'enqueue').mockResolvedValueOnce([verdict as never]);
  return queue.enqueue('a', 1, { id: 'me' }).catch((error: unknown) => error);
};

describe('a job that its backend refuses', () => {
  it.each<[ErrorCode, new (...args: never[]) => Error]>([
    ['TASKS_QUEUE_FULL', errors.QueueFullError],
    ['TASKS_DEPENDENCY_UNKNOWN', errors.DependencyUnknownError],
    ['TASKS_DEPENDENCY_CYCLE', errors.DependencyCycleError],
    ['TASKS_UNSUPPORTED', errors.UnsupportedOperationError],
    ['TASKS_JOB_EXISTS', errors.JobExistsError],
    ['TASKS_CLOSED', errors.TasksClosedError],
    ['TASKS_VALIDATION', errors.TaskValidationError],
    ['TASKS_PAYLOAD_TOO_LARGE', errors.TaskError],
  ])('is told as %s', async (code, type) => {
    const error = await refusedWith(code);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ code });
  });

  it('is told what the backend said of it', async () => {
    expect(await refusedWith('TASKS_VALIDATION', 'weight must be more than 0')).toMatchObject({
      message: 'weight must be more than 0',
    });
    expect(await refusedWith('TASKS_DEPENDENCY_UNKNOWN', 'p')).toMatchObject({ jobId: 'p' });
    expect(await refusedWith('TASKS_UNSUPPORTED', 'keep keys')).toMatchObject({
      message: expect.stringContaining('Backend "memory" cannot keep keys.'),
    });
  });
});
