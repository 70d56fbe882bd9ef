import type { Claim, ClaimRequest, NewJob } from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ChangingJobs, ForwardingQueue } from './forwarding-queue.js';

/** Jobs of one millisecond come in the order of their ids, which clients made. */
class OrderedByClock extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const jobs = claim.jobs.toSorted(
      (a, b) => b.priority - a.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
    );
    return { ...claim, jobs };
  }
}

class LastInFirstOut extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return { ...claim, jobs: claim.jobs.toReversed() };
  }
}

class ReleasedToTheEnd extends ForwardingQueue {
  override claim(request: ClaimRequest): Promise<Claim> {
    const settle = request.settle?.map((one) => {
      const { outcome } = one;
      if (outcome.kind !== 'released' || outcome.in !== undefined || outcome.awaits !== undefined) return one;
      const error = { name: 'Error', message: 'released' };
      return {
        ...one,
        outcome: { kind: 'retry', in: 0, error, countAttempt: outcome.countAttempt } as const,
      };
    });
    return super.claim({ ...request, settle });
  }
}

/** A timer of Node fires at once when it is longer than 2^31 - 1 ms. */
class LongDelaysFireAtOnce extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return { ...job, delay: job.delay !== undefined && job.delay > 2_147_483_647 ? 1 : job.delay };
  }
}

class DelaysIgnoredByRetries extends ForwardingQueue {
  override claim(request: ClaimRequest): Promise<Claim> {
    const settle = request.settle?.map((one) =>
      one.outcome.kind === 'retry' ? { ...one, outcome: { ...one.outcome, in: 0 } } : one,
    );
    return super.claim({ ...request, settle });
  }
}

class ComesBackLate extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return { ...claim, nextInMs: 5_000 };
  }
}

class MomentsByOwnClock extends ChangingJobs {
  protected override change({ dueAt, ...job }: NewJob): NewJob {
    return dueAt === undefined ? job : { ...job, delay: Math.max(0, dueAt - Date.now()) };
  }
}

/** A claim with a limit of 0 has looked at nothing. */
class SilentWithoutTake extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return request.take.some(({ limit }) => limit > 0) ? claim : { ...claim, nextInMs: undefined };
  }
}

class MaximumIgnored extends ForwardingQueue {
  override claim(request: ClaimRequest): Promise<Claim> {
    return super.claim({ ...request, max: undefined });
  }
}

export const orderFlaws = [
  inQueue('orders by clock instead of sequence', 'order', OrderedByClock),
  inQueue('hands out the last first', 'order', LastInFirstOut),
  inQueue('puts a released job at the end', 'order', ReleasedToTheEnd),
  inQueue('fires long delays at once', 'delays', LongDelaysFireAtOnce),
  inQueue('compares moments with the clock of the caller', 'delays', MomentsByOwnClock),
  inQueue('ignores backoff', 'settle', DelaysIgnoredByRetries),
  inQueue('looks for due jobs every five seconds', 'when to come back', ComesBackLate),
  inQueue('has nothing to say to who takes nothing', 'when to come back', SilentWithoutTake),
  inQueue('ignores the maximum of a claim', 'claim', MaximumIgnored),
];
