import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  NewJob,
} from '../../../lib/contract/index.js';
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

/** Keys are told, and mean nothing for the order. */
class Unfair extends ForwardingQueue {
  private readonly keys = new Map<string, string | undefined>();

  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    for (const job of jobs) this.keys.set(job.id, job.key);
    return super.enqueue(
      jobs.map((job) => ({ ...job, key: undefined })),
      options,
    );
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const keyed = (job: ClaimedJob) => ({ ...job, extra: { ...job.extra, key: this.keys.get(job.id) } });
    return { ...claim, jobs: claim.jobs.map(keyed) };
  }
}

class WeightIgnored extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return { ...job, weight: 1 };
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

class MaximumIgnored extends ForwardingQueue {
  override claim(request: ClaimRequest): Promise<Claim> {
    return super.claim({ ...request, max: undefined });
  }
}

export const orderFlaws = [
  inQueue('orders by clock instead of sequence', 'order', OrderedByClock),
  inQueue('hands out the last first', 'order', LastInFirstOut),
  inQueue('puts a released job at the end', 'order', ReleasedToTheEnd),
  inQueue('has no fair shares', 'fair shares', Unfair),
  inQueue('ignores weights', 'fair shares', WeightIgnored),
  inQueue('fires long delays at once', 'delays', LongDelaysFireAtOnce),
  inQueue('compares moments with the clock of the caller', 'delays', MomentsByOwnClock),
  inQueue('ignores backoff', 'settle', DelaysIgnoredByRetries),
  inQueue('looks for due jobs every five seconds', 'when to come back', ComesBackLate),
  inQueue('ignores the maximum of a claim', 'claim', MaximumIgnored),
];
