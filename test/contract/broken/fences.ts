import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  JobRecord,
  JobRef,
  Ms,
  Receipt,
  RetryVerdict,
  RunNote,
  Verdict,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ForwardingQueue, type ReplayPatch } from './forwarding-queue.js';

/** The newest receipt of each job stands for every older one. */
class NewestReceipts {
  private readonly newest = new Map<string, Receipt>();
  private readonly jobs = new Map<Receipt, string>();

  note(jobs: readonly ClaimedJob[]): void {
    for (const { queue, id, receipt } of jobs) {
      this.newest.set(`${queue}/${id}`, receipt);
      this.jobs.set(receipt, `${queue}/${id}`);
    }
  }

  of(receipt: Receipt): Receipt {
    return this.newest.get(this.jobs.get(receipt) ?? '') ?? receipt;
  }
}

class NoFence extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return { ...claim, jobs: claim.jobs.map((job) => ({ ...job, fence: '1' })) };
  }

  override async get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return (await super.get(jobs)).map((record) => record && { ...record, fence: '1' });
  }
}

class FenceRestarts extends ForwardingQueue {
  private readonly base = new Map<string, bigint>();

  override async retryDead(jobs: readonly JobRef[], patch?: ReplayPatch): Promise<RetryVerdict[]> {
    const records = await super.get(jobs);
    for (const record of records) if (record) this.base.set(record.id, BigInt(record.fence));
    return super.retryDead(jobs, patch);
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return { ...claim, jobs: claim.jobs.map((job) => ({ ...job, fence: this.lowered(job) })) };
  }

  override async get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return (await super.get(jobs)).map((record) => record && { ...record, fence: this.lowered(record) });
  }

  private lowered({ id, fence }: { readonly id: string; readonly fence: string }): string {
    return String(BigInt(fence) - (this.base.get(id) ?? 0n));
  }
}

class LateVerdictApplied extends ForwardingQueue {
  private readonly receipts = new NewestReceipts();

  override async claim(request: ClaimRequest): Promise<Claim> {
    const settle = request.settle?.map((one) => ({ ...one, receipt: this.receipts.of(one.receipt) }));
    const claim = await super.claim({ ...request, settle });
    this.receipts.note(claim.jobs);
    return claim;
  }
}

class LateProgressWritten extends ForwardingQueue {
  private readonly receipts = new NewestReceipts();

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    this.receipts.note(claim.jobs);
    return claim;
  }

  override record(notes: readonly RunNote[]): Promise<Verdict[]> {
    return super.record(notes.map((note) => ({ ...note, receipt: this.receipts.of(note.receipt) })));
  }
}

class LostLeaseRevived extends ForwardingQueue {
  private readonly receipts = new NewestReceipts();

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    this.receipts.note(claim.jobs);
    return claim;
  }

  override async extend(
    receipts: readonly Receipt[],
    lease: Ms,
  ): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    const { cancelled } = await super.extend(
      receipts.map((receipt) => this.receipts.of(receipt)),
      lease,
    );
    return { lost: [], cancelled };
  }
}

export const fenceFlaws = [
  inQueue('has no fence', 'fences', NoFence),
  inQueue('starts the fence of a retried dead letter again', 'fences', FenceRestarts),
  inQueue('applies a verdict that comes too late', 'fences', LateVerdictApplied),
  inQueue('writes progress of a worker that lost the job', 'record', LateProgressWritten),
  inQueue('says that a lost lease is held', 'extend', LostLeaseRevived),
];
