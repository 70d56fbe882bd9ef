import type { Clock, ClockTimer, EndedJob, Ms, QueueBackend } from '../contract/index.js';

/**
 * Does what is overdue on queues that no claim touches: retention, and jobs whose worker died on a queue that nobody serves
 * any more. Claims do the same for the queues that they look at, so nothing prompt depends on this.
 */
export class Sweeper {
  private timer: ClockTimer | undefined;

  constructor(
    private readonly backends: readonly QueueBackend[],
    private interval: Ms,
    private readonly clock: Clock,
    private readonly logger: { warn(message: string): void },
    private readonly onEnded: (ended: readonly EndedJob[]) => void,
  ) {}

  start(): void {
    this.timer = this.clock.setTimer(this.interval, () => {
      this.start();
      void this.sweep();
    });
  }

  stop(): void {
    this.timer?.cancel();
  }

  setInterval(interval: Ms): void {
    this.interval = interval;
    if (this.timer === undefined) return;
    this.stop();
    this.start();
  }

  async sweep(): Promise<void> {
    const swept = await Promise.allSettled(this.backends.map((backend) => backend.recover()));
    for (const one of swept) {
      if (one.status === 'fulfilled') this.onEnded(one.value.ended ?? []);
      if (one.status === 'rejected')
        this.logger.warn(`Sweep failed: ${String((one.reason as Error).message)}`);
    }
  }
}
