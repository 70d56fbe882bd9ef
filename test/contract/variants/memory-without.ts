import {
  type CancelVerdict,
  type Capabilities,
  type Claim,
  type ClaimRequest,
  type EnqueueCallOptions,
  type EnqueueVerdict,
  type Feature,
  FEATURES,
  type Forward,
  type ForwardRequest,
  type JobQuery,
  type JobRecord,
  type JobRef,
  type NewJob,
  type Page,
  type QueueBackend,
  type QueueDefinition,
  type SignalValue,
} from '../../../lib/contract/index.js';
import { UnsupportedOperationError } from '../../../lib/errors/index.js';
import { ForwardingQueue } from '../broken/forwarding-queue.js';

/** A sound backend that lacks features, says so, and refuses what needs them. */
export class MemoryWithout extends ForwardingQueue {
  private readonly refused = new Map<string, Feature>();

  constructor(
    sound: QueueBackend,
    private readonly missing: readonly Feature[],
  ) {
    super(sound);
  }

  override get capabilities(): Capabilities {
    const has = (feature: Feature) => super.capabilities.features[feature] && !this.missing.includes(feature);
    const features = Object.fromEntries(FEATURES.map((feature) => [feature, has(feature)]));
    return { ...super.capabilities, features: features as Capabilities['features'] };
  }

  override declare(queues: readonly QueueDefinition[]): void {
    for (const { name, rateLimit, concurrency, perKey } of queues) {
      const needed: [Feature, unknown][] = [
        ['queueRateLimit', rateLimit],
        ['queueConcurrency', concurrency],
        ['keyLimits', perKey],
      ];
      const [lacking] = needed.filter(
        ([feature, used]) => used !== undefined && this.missing.includes(feature),
      );
      if (lacking === undefined) this.refused.delete(name);
      else this.refused.set(name, lacking[0]);
    }
    super.declare(queues);
  }

  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    if (options?.atomic) this.need('atomicEnqueue');
    for (const job of jobs) {
      const lacking = this.refused.get(job.queue);
      if (lacking) this.need(lacking);
      if (job.idempotency) this.need('idempotency');
      if (job.unique) this.need('uniqueness');
      if (job.dependsOn) this.need('dependencies');
      if (job.weight !== undefined) this.need('fairness');
      if (job.external) this.need('ledger');
    }
    return super.enqueue(jobs, options);
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    if (request.take.some(({ ids }) => ids !== undefined)) this.need('claimById');
    for (const { outcome } of request.settle ?? []) {
      if (outcome.kind === 'released' && outcome.awaits !== undefined) this.need('signals');
    }
    return super.claim(request);
  }

  override async signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    this.need('signals');
    return super.signal(job, name, value);
  }

  override async forward(request: ForwardRequest): Promise<Forward> {
    this.need('ledger');
    return super.forward(request);
  }

  override async cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    this.need('cancel');
    return super.cancel(jobs, reason);
  }

  override async find(query: JobQuery): Promise<Page<JobRecord>> {
    this.need('find');
    return super.find(query);
  }

  override async pause(queue: string): Promise<void> {
    this.need('pause');
    return super.pause(queue);
  }

  override async resume(queue: string): Promise<void> {
    this.need('pause');
    return super.resume(queue);
  }

  private need(feature: Feature): void {
    if (!this.missing.includes(feature)) return;
    throw new UnsupportedOperationError(`do ${feature}`, 'memory', 'Use the whole of it.');
  }
}
