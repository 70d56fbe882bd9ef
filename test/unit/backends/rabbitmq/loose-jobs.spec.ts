import { beforeEach, describe, expect, it } from 'vitest';
import { LooseJobs } from '../../../../lib/backends/rabbitmq/loose-jobs.js';

const QUEUE = 'mails';

describe('jobs that others may run', () => {
  let loose: LooseJobs;
  beforeEach(() => (loose = new LooseJobs()));
  const enter = (count: number, isSent: boolean): void => {
    for (let n = 0; n < count; n++) {
      loose.entered({ queue: QUEUE, id: `job-${n}` });
      if (isSent) loose.sent(QUEUE, `job-${n}`);
    }
  };

  it('are known here from their enqueue to their end', () => {
    enter(1, true);
    expect(loose.isOwn(QUEUE, 'job-0')).toBe(true);
    loose.arrived(QUEUE, 'job-0');
    expect(loose.isOwn(QUEUE, 'job-0')).toBe(true);
    loose.finished(QUEUE, 'job-0');
    expect(loose.isOwn(QUEUE, 'job-0')).toBe(false);
  });

  it('are not known of another queue', () => {
    enter(1, true);
    expect(loose.isOwn('bulk', 'job-0')).toBe(false);
  });

  it('are let go of, the oldest first, when more than a hundred thousand wait at the broker', () => {
    enter(101_000, true);
    expect(loose.surplus()).toEqual([]);
    loose.entered({ queue: QUEUE, id: 'last' });
    const surplus = loose.surplus();
    expect(surplus).toHaveLength(1_001);
    expect(surplus[0]).toEqual({ queue: QUEUE, id: 'job-0' });
  });

  it('stay known while they run here, or are not at the broker', () => {
    enter(102_000, true);
    loose.arrived(QUEUE, 'job-0');
    expect(loose.surplus()[0]).toEqual({ queue: QUEUE, id: 'job-1' });
    loose = new LooseJobs();
    enter(102_000, false);
    expect(loose.surplus()).toEqual([]);
  });
});
