import type { BackendSubscription, QueueBackend } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';

/**
 * What a backend announces of the queues that are served, and how many jobs it is told could be taken. Trouble with it is
 * logged and leaves the poll: no announcement is worth a job.
 */
export class WorkSubscriptions {
  private subscriptions: BackendSubscription[] = [];
  private told = 0;

  constructor(
    /** Backend entry, for messages. */
    private readonly name: string,
    private readonly backend: QueueBackend,
    private readonly onAvailable: (queue: string) => void,
    private readonly logger: { warn(message: string): void },
  ) {}

  /** What the backend was told last; 0: it is silent. */
  get demand(): number {
    return this.told;
  }

  /** Listens to these queues instead of those before. */
  open(queues: readonly string[], demand: number): void {
    this.close();
    this.told = demand;
    for (const queue of queues) {
      this.attempt(`queue "${queue}" is only polled`, () => {
        this.subscriptions.push(this.backend.subscribe(queue, { demand }, () => this.onAvailable(queue)));
      });
    }
  }

  setDemand(demand: number): void {
    if (demand === this.told) return;
    this.told = demand;
    for (const subscription of this.subscriptions) {
      this.attempt('it was not told how many jobs could be taken', () => subscription.setDemand(demand));
    }
  }

  close(): void {
    const closed = this.subscriptions;
    this.subscriptions = [];
    for (const subscription of closed) {
      this.attempt('a subscription was not closed', () => subscription.close());
    }
  }

  private attempt(consequence: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.logger.warn(`Backend "${this.name}": ${consequence}: ${toErrorRecord(error).message}`);
    }
  }
}
