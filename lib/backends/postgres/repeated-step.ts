import type { Ms } from '../../contract/index.js';

/**
 * A step that is done again and again, with a pause in between; one that fails is done again after the next pause. It keeps no process
 * alive.
 */
export class RepeatedStep {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly pause: Ms,
    private readonly step: () => Promise<unknown>,
    private readonly onStop: () => void = () => undefined,
  ) {
    this.arm();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.onStop();
  }

  private arm(): void {
    if (this.isStopped) return;
    // Many processes are started at once, and would go on at once.
    const pause = this.pause * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => void this.run(), pause).unref();
  }

  private async run(): Promise<void> {
    await this.step().catch(() => undefined);
    this.arm();
  }
}
