import type { ClockTimer, JobRecord, Ms } from '../../contract/index.js';
import { isAtBroker, republish, type Turns } from './audit.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/** An empty queue is compared with the ledger this often. */
const EVERY: Ms = 5_000;
const PAGE = 500;
/** Pages of jobs that wait for their key that are looked through for one that does not. */
const PAGES = 10;

/**
 * Notices that messages are lost of which nobody was told: somebody has purged a queue, or the broker has come back without its disk. A queue in
 * which nothing lies, while the ledger says twice that the same job waits in it, has lost it. What a limit of the queue holds back lies with
 * whoever it was handed to: of a queue with a rate the job has to wait for longer than that.
 */
export class Reconciler {
  private readonly suspects = new Map<string, { readonly job: string; readonly looks: number }>();
  private timer: ClockTimer | undefined;
  private looking: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly parts: RabbitMqParts,
    private readonly served: () => readonly string[],
    private readonly turns: Turns | undefined,
  ) {}

  start(): void {
    if (this.isClosed) return;
    this.timer = this.parts.clock.setTimer(EVERY, () => {
      this.looking = this.look().finally(() => this.start());
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.timer?.cancel();
    await this.looking;
  }

  private async look(): Promise<void> {
    for (const queue of this.served()) {
      try {
        if (!this.isClosed) await this.lookAt(queue);
      } catch {
        // Whoever is away says so in other ways; what lies there is compared when it is back.
      }
    }
  }

  private async lookAt(queue: string): Promise<void> {
    const first = await this.firstWithoutMessage(queue);
    const job = first && `${first.id} ${first.fence}`;
    const before = this.suspects.get(queue);
    const looks = before !== undefined && before.job === job ? before.looks + 1 : 1;
    this.suspects.delete(queue);
    if (job === undefined) return;
    const { rateLimit: { per = 0 } = {} } = this.parts.definitionOf(queue) ?? {};
    if (looks < 2 + Math.ceil(per / EVERY)) {
      this.suspects.set(queue, { job, looks });
      return;
    }
    const count = await republish(this.parts, queue, this.turns);
    if (count === undefined) return;
    this.parts.warn(
      `messages of queue "${queue}" were lost at the broker: ${count} jobs are published again`,
    );
  }

  private async firstWithoutMessage(queue: string): Promise<JobRecord | undefined> {
    const { broker, ledger } = this.parts;
    const feed = broker.intake.feed(queue);
    const name = broker.topology.queue(broker.nameOf(queue));
    const lying = async () => {
      const look = broker.withChannel((channel) => broker.answer(channel.checkQueue(name)));
      return (await look).messageCount;
    };
    if (feed.buffer.length > 0 || (await lying()) > 0 || (await this.hasNoSlot(queue))) return undefined;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES; page++) {
      const found = await ledger.find({
        queue,
        states: ['pending'],
        order: 'oldest',
        limit: page === 0 ? 1 : PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      const first = found.items.find(isAtBroker);
      cursor = found.cursor;
      if (first !== undefined || cursor === undefined) return first;
    }
    return undefined;
  }

  /** Whether as many run as may run at once: the next can wait in anybody's hand. */
  private async hasNoSlot(queue: string): Promise<boolean> {
    const { concurrency } = this.parts.definitionOf(queue) ?? {};
    if (concurrency === undefined) return false;
    const [status] = await this.parts.ledger.inspect([queue]);
    return (status?.counts.running ?? 0) >= concurrency;
  }
}
