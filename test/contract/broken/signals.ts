import type {
  Claim,
  ClaimRequest,
  JobRecord,
  JobRef,
  Receipt,
  SignalValue,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ForwardingQueue } from './forwarding-queue.js';

/** Signals as they come, with what is known of the job by then. */
abstract class LookingAtJobs extends ForwardingQueue {
  override async signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    const [record] = await super.get([job]);
    return this.leave(job, name, value, record);
  }

  protected abstract leave(
    job: JobRef,
    name: string,
    value: SignalValue,
    record: JobRecord | undefined,
  ): Promise<void>;

  protected pass(job: JobRef, name: string, value: SignalValue): Promise<void> {
    return super.signal(job, name, value);
  }
}

class EarlySignalLost extends LookingAtJobs {
  protected override async leave(
    job: JobRef,
    name: string,
    value: SignalValue,
    record: JobRecord | undefined,
  ): Promise<void> {
    if (record?.awaits === name) await this.pass(job, name, value);
  }
}

class SignalToRunningLost extends LookingAtJobs {
  protected override async leave(
    job: JobRef,
    name: string,
    value: SignalValue,
    record: JobRecord | undefined,
  ): Promise<void> {
    if (record?.state !== 'running') await this.pass(job, name, value);
  }
}

/** Whatever name is signalled, it is taken for the one that the job waits for. */
class WokenByAnyName extends LookingAtJobs {
  protected override async leave(
    job: JobRef,
    name: string,
    value: SignalValue,
    record: JobRecord | undefined,
  ): Promise<void> {
    await this.pass(job, name, value);
    const { awaits } = record ?? {};
    if (awaits !== undefined && awaits !== name) await this.pass(job, awaits, value);
  }
}

class FirstValueKept extends LookingAtJobs {
  private readonly seen = new Set<string>();

  protected override async leave(job: JobRef, name: string, value: SignalValue): Promise<void> {
    const address = JSON.stringify([job.queue, job.id, name]);
    if (this.seen.has(address)) return;
    this.seen.add(address);
    await this.pass(job, name, value);
  }
}

class SignalCodecLost extends ForwardingQueue {
  override signal(job: JobRef, name: string, { payload }: SignalValue): Promise<void> {
    return super.signal(job, name, { payload, codec: 'json' });
  }
}

/** A value that has ended a wait ends the next as well. */
class SignalNeverUsedUp extends ForwardingQueue {
  private readonly jobs = new Map<Receipt, JobRef>();
  private readonly values = new Map<string, SignalValue>();

  override async signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    this.values.set(addressOf(job, name), value);
    return super.signal(job, name, value);
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    for (const job of claim.jobs) this.jobs.set(job.receipt, { queue: job.queue, id: job.id });
    for (const { receipt, outcome } of request.settle ?? []) {
      const job = this.jobs.get(receipt);
      const awaits = outcome.kind === 'released' ? outcome.awaits : undefined;
      const value = job && awaits !== undefined ? this.values.get(addressOf(job, awaits)) : undefined;
      if (job && awaits !== undefined && value !== undefined) await super.signal(job, awaits, value);
    }
    return claim;
  }
}

function addressOf({ queue, id }: JobRef, name: string): string {
  return JSON.stringify([queue, id, name]);
}

const TOPIC = 'signals and sleep';

export const signalFlaws = [
  inQueue('loses a signal that comes early', TOPIC, EarlySignalLost),
  inQueue('loses a signal to a running job', TOPIC, SignalToRunningLost),
  inQueue('wakes a job by a signal of another name', TOPIC, WokenByAnyName),
  inQueue('keeps the first value of a signal', TOPIC, FirstValueKept),
  inQueue('forgets which codec wrote a signal', TOPIC, SignalCodecLost),
  inQueue('ends every wait by the same signal', TOPIC, SignalNeverUsedUp),
];
