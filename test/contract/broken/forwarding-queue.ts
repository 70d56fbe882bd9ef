import type {
  BackendInfo,
  BackendSubscription,
  CancelVerdict,
  Capabilities,
  Claim,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  Forward,
  ForwardRequest,
  JobQuery,
  JobRecord,
  JobRef,
  JobState,
  Ms,
  NewJob,
  Page,
  QueueBackend,
  QueueDefinition,
  QueueStatus,
  Receipt,
  Recovery,
  RetryVerdict,
  RunNote,
  SignalValue,
  Verdict,
} from '../../../lib/contract/index.js';

export type ReplayPatch = Parameters<QueueBackend['retryDead']>[1];

/** A queue backend that hands every call on: what a flaw overrides is all that is wrong with it. */
export class ForwardingQueue implements QueueBackend {
  constructor(protected readonly sound: QueueBackend) {}

  get capabilities(): Capabilities {
    return this.sound.capabilities;
  }

  open(): Promise<void> {
    return this.sound.open();
  }

  close(): Promise<void> {
    return this.sound.close();
  }

  ping(): Promise<BackendInfo> {
    return this.sound.ping();
  }

  declare(queues: readonly QueueDefinition[]): void {
    this.sound.declare(queues);
  }

  enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    return this.sound.enqueue(jobs, options);
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.sound.claim(request);
  }

  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    return this.sound.extend(receipts, lease);
  }

  record(notes: readonly RunNote[]): Promise<Verdict[]> {
    return this.sound.record(notes);
  }

  forward(request: ForwardRequest): Promise<Forward> {
    return this.sound.forward(request);
  }

  signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    return this.sound.signal(job, name, value);
  }

  recover(): Promise<Recovery> {
    return this.sound.recover();
  }

  subscribe(
    queue: string,
    options: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    return this.sound.subscribe(queue, options, onAvailable);
  }

  get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return this.sound.get(jobs);
  }

  find(query: JobQuery): Promise<Page<JobRecord>> {
    return this.sound.find(query);
  }

  inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    return this.sound.inspect(queues);
  }

  cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    return this.sound.cancel(jobs, reason);
  }

  remove(jobs: readonly JobRef[]): Promise<number> {
    return this.sound.remove(jobs);
  }

  clear(queue: string, states: readonly JobState[]): Promise<number> {
    return this.sound.clear(queue, states);
  }

  pause(queue: string): Promise<void> {
    return this.sound.pause(queue);
  }

  resume(queue: string): Promise<void> {
    return this.sound.resume(queue);
  }

  retryDead(jobs: readonly JobRef[], patch?: ReplayPatch): Promise<RetryVerdict[]> {
    return this.sound.retryDead(jobs, patch);
  }
}

/** Hands enqueues on with each job changed, also those that settlements bring. */
export abstract class ChangingJobs extends ForwardingQueue {
  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    return super.enqueue(
      jobs.map((job) => this.change(job)),
      options,
    );
  }

  override claim(request: ClaimRequest): Promise<Claim> {
    const settle = request.settle?.map((settlement) => ({
      ...settlement,
      enqueue: settlement.enqueue?.map((job) => this.change(job)),
    }));
    return super.claim({ ...request, settle });
  }

  protected abstract change(job: NewJob): NewJob;
}

/** Hands declarations on with each queue changed. */
export abstract class ChangingQueues extends ForwardingQueue {
  override declare(queues: readonly QueueDefinition[]): void {
    super.declare(queues.map((queue) => this.change(queue)));
  }

  protected abstract change(queue: QueueDefinition): QueueDefinition;
}
