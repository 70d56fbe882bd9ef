import type { Claim, ClaimedJob, ClaimRequest, NewJob, Recovery } from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ChangingJobs, ForwardingQueue } from './forwarding-queue.js';

class LeaseNeverExpires extends ForwardingQueue {
  override claim(request: ClaimRequest): Promise<Claim> {
    return super.claim({ ...request, lease: request.lease * 1e6 });
  }
}

class DoubleHandOut extends ForwardingQueue {
  private last: ClaimedJob | undefined;

  /** The reply of a claim is sent twice, to two workers. */
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const again = this.last;
    this.last = claim.jobs.at(-1);
    const asked = request.take.find((take) => take.queue === again?.queue);
    if (again === undefined || asked === undefined || claim.jobs.length >= asked.limit) return claim;
    return { ...claim, jobs: [...claim.jobs, again] };
  }
}

class StallsForever extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return { ...job, maxStalled: 1_000_000 };
  }
}

class RecoveredOnlyBySweep extends ForwardingQueue {
  private readonly unseen = new Set<string>();

  /** What the store recovered since the last sweep is kept back from claims. */
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const late = claim.jobs.filter((job) => job.stalls > 0 && !this.unseen.has(job.id));
    if (late.length === 0) return claim;
    for (const job of late) this.unseen.add(job.id);
    const settle = late.map(({ receipt }) => ({
      receipt,
      outcome: { kind: 'released', countAttempt: false } as const,
    }));
    await super.claim({ ...request, take: [], settle });
    return { ...claim, jobs: claim.jobs.filter((job) => !late.includes(job)) };
  }
}

/** What a run has left for the next one lies with its worker. */
class CheckpointDiesWithWorker extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const without = (job: ClaimedJob): ClaimedJob =>
      job.stalls === 0 ? job : { ...job, extra: { ...job.extra, checkpoint: undefined } };
    return { ...claim, jobs: claim.jobs.map(without) };
  }
}

class EndsToldToNobody extends ForwardingQueue {
  override async recover(): Promise<Recovery> {
    return { ...(await super.recover()), ended: undefined };
  }
}

class EndsToldTwice extends ForwardingQueue {
  private told: Recovery['ended'];

  override async recover(): Promise<Recovery> {
    const recovery = await super.recover();
    const ended = [...(this.told ?? []), ...(recovery.ended ?? [])];
    this.told = recovery.ended;
    return { ...recovery, ended };
  }
}

export const leaseFlaws = [
  inQueue('never lets a lease run out', 'leases and recovery', LeaseNeverExpires),
  inQueue('hands a job to two workers', 'claim', DoubleHandOut),
  inQueue('lets a job stall for ever', 'leases and recovery', StallsForever),
  inQueue('hands a recovered job out at the second claim', 'leases and recovery', RecoveredOnlyBySweep),
  inQueue('loses the checkpoint of a run that lost its lease', 'record', CheckpointDiesWithWorker),
  inQueue('tells nobody of an end', 'ends inside the store', EndsToldToNobody),
  inQueue('tells of an end twice', 'ends inside the store', EndsToldTwice),
];
