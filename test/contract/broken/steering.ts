import type {
  BackendSubscription,
  CancelVerdict,
  Claim,
  ClaimRequest,
  JobRef,
  QueueDefinition,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ForwardingQueue } from './forwarding-queue.js';

class CancelOfRunningIgnored extends ForwardingQueue {
  override async cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    const records = await super.get(jobs);
    const waiting = jobs.filter((_, place) => records[place]?.state !== 'running');
    const verdicts = await super.cancel(waiting, reason);
    return jobs.map((_, place) =>
      records[place]?.state === 'running' ? 'requested' : (verdicts.shift() as CancelVerdict),
    );
  }
}

class PauseLeaks extends ForwardingQueue {
  private readonly paused = new Set<string>();
  private claims = 0;

  override pause(queue: string): Promise<void> {
    this.paused.add(queue);
    return super.pause(queue);
  }

  /** Every other claim has not heard of the pause. */
  override async claim(request: ClaimRequest): Promise<Claim> {
    const queue = request.take.find((take) => this.paused.has(take.queue))?.queue;
    if (queue === undefined || ++this.claims % 2 === 0) return super.claim(request);
    await super.resume(queue);
    const claim = await super.claim(request);
    await super.pause(queue);
    return claim;
  }

  override resume(queue: string): Promise<void> {
    this.paused.delete(queue);
    return super.resume(queue);
  }
}

class PauseLostByDeclare extends ForwardingQueue {
  override declare(queues: readonly QueueDefinition[]): void {
    super.declare(queues);
    for (const { name } of queues) void super.resume(name).catch(() => undefined);
  }
}

class NeverWakes extends ForwardingQueue {
  override subscribe(): BackendSubscription {
    return { setDemand: () => {}, close: () => {} };
  }
}

class WakesWithoutDemand extends ForwardingQueue {
  override subscribe(
    queue: string,
    _options: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    const subscription = super.subscribe(queue, { demand: 1 }, onAvailable);
    return { setDemand: () => {}, close: () => subscription.close() };
  }
}

export const steeringFlaws = [
  inQueue('ignores the cancel of a running job', 'cancel', CancelOfRunningIgnored),
  inQueue('lets jobs through a pause', 'pause', PauseLeaks),
  inQueue('forgets a pause when the queue is declared again', 'pause', PauseLostByDeclare),
  inQueue('never wakes anybody', 'subscribe', NeverWakes),
  inQueue('wakes who has no demand', 'subscribe', WakesWithoutDemand),
];
