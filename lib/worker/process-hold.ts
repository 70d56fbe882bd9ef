/** Any length does: the timer is there to be waited for, not to fire. */
const LONG = 2_000_000_000;

/**
 * Keeps the process alive while workers serve, as a listening server does. On the memory backend nothing else would: every
 * timer of ours is unreferenced, and an app without a server would end in silence while its jobs wait for their retries.
 */
export class ProcessHold {
  private timer: NodeJS.Timeout | undefined;

  take(): void {
    this.timer ??= setInterval(() => undefined, LONG);
  }

  release(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
