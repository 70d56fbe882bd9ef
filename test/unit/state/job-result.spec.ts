import { describe, expect, it } from 'vitest';
import { CodecSet } from '../../../lib/codecs/index.js';
import { JobResult, type JobEnd, type JobResultData } from '../../../lib/state/index.js';

const codecs = new CodecSet();
const end = (more: Partial<JobEnd>): JobEnd => ({
  queue: 'default',
  id: 'j',
  name: 'import',
  state: 'completed',
  codec: 'json',
  attempt: 1,
  ...more,
});

describe('JobResult', () => {
  it('is a success with what was returned', () => {
    expect(JobResult.success({ rows: 3 }, 80)).toMatchObject({
      isSuccess: true,
      data: { rows: 3 },
      error: undefined,
      retryCount: 0,
      duration: 80,
    });
  });

  it('is a failure with what was thrown, whatever it is', () => {
    expect(JobResult.failure(new TypeError('boom'), 2, 80)).toMatchObject({
      isSuccess: false,
      data: undefined,
      error: { name: 'TypeError', message: 'boom' },
      retryCount: 2,
      duration: 80,
    });
    expect(JobResult.failure('boom').error).toEqual({ name: 'NonError', message: 'boom' });
    expect(JobResult.failure(null).error).toMatchObject({ name: 'NonError' });
  });

  it('keeps an error that is a record already', () => {
    const record = { name: 'SmtpError', message: 'no route', code: 'E_ROUTE' };
    expect(JobResult.failure(record).error).toBe(record);
  });

  it.each([
    JobResult.success({ rows: 3 }, 80),
    JobResult.success(undefined, 1),
    JobResult.failure({ name: 'Error', message: 'boom' }, 2, 80),
  ])('comes back from plain data: case %#', (result) => {
    const data = JSON.parse(JSON.stringify(result)) as JobResultData;
    expect(JobResult.fromJSON(data)).toEqual(result);
  });

  it('is made of how a job ended', () => {
    const completed = end({ result: '{"rows":3}', attempt: 3, startedAt: 100, finishedAt: 180 });
    expect(JobResult.fromEnd(completed, codecs)).toEqual(JobResult.success({ rows: 3 }, 80, 2));
    const failed = end({
      state: 'failed',
      error: { name: 'Error', message: 'boom' },
      attempt: 2,
      startedAt: 5,
      finishedAt: 9,
    });
    expect(JobResult.fromEnd(failed, codecs)).toEqual(
      JobResult.failure({ name: 'Error', message: 'boom' }, 1, 4),
    );
  });

  it('names a cancel and a dependency that failed', () => {
    expect(JobResult.fromEnd(end({ state: 'cancelled', attempt: 0 }), codecs)).toMatchObject({
      error: { code: 'TASKS_CANCELLED' },
      retryCount: 0,
      duration: 0,
    });
    expect(
      JobResult.fromEnd(end({ state: 'cancelled', cancelReason: 'dependency-failed' }), codecs),
    ).toMatchObject({
      error: { code: 'TASKS_DEPENDENCY_FAILED' },
    });
  });

  it('refuses a stored result that cannot be read', () => {
    expect(() => JobResult.fromEnd(end({ result: '{' }), codecs)).toThrow(
      expect.objectContaining({ code: 'TASKS_CODEC' }),
    );
  });
});
