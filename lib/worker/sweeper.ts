import type { Clock, EndedJob, Ms, TaskBackend } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import { Alarm } from './alarm.js';

/** Of an interval: a process that has swept keeps the others from it for so long, and one that is gone holds up no second sweep. */
const LEASE_SHARE = 0.9;

/**
 * Does what is overdue on queues that no claim touches: retention, and jobs whose worker died on a queue that nobody serves
 * any more. Of all processes that share a backend, one sweeps it an interval. Claims do the same for the queues that they look at, so nothing prompt depends on this.
 */
export class Sweeper {
  private readonly alarm: Alarm;
  private running = false;

  constructor(
    private readonly backends: readonly TaskBackend[],
    /** Which process this is. */
    private readonly owner: string,
    private interval: Ms,
    clock: Clock,
    private readonly logger: { warn(message: string): void },
    private readonly onEnded: (ended: readonly EndedJob[]) => void,
  ) {
    this.alarm = new Alarm(clock, () => {
      this.alarm.set(this.interval);
      void this.sweep();
    });
  }

  start(): void {
    this.running = true;
    this.alarm.set(this.interval);
  }

  stop(): void {
    this.running = false;
    this.alarm.clear();
  }

  /** Counts from now. */
  setInterval(interval: Ms): void {
    this.interval = interval;
    if (this.running) this.alarm.set(interval);
  }

  /** Never rejects: trouble is logged, and left to the next sweep. */
  async sweep(): Promise<void> {
    await Promise.all(this.backends.map((backend) => this.sweepOne(backend)));
  }

  private async sweepOne({ queue, state }: TaskBackend): Promise<void> {
    try {
      const lease = await state.acquire('sweep', this.owner, Math.ceil(this.interval * LEASE_SHARE));
      if (lease === null) return;
      const { ended } = await queue.recover();
      if (ended !== undefined) this.onEnded(ended);
    } catch (error) {
      this.logger.warn(`Sweep failed: ${toErrorRecord(error).message}`);
    }
  }
}
