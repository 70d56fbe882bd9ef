import type { Clock, ClockTimer, Progress, Receipt } from '../contract/index.js';
import { LeaseLostError } from '../errors/index.js';
import type { RunRecorder } from './ports.js';

/** At most ten writes a second and job reach the backend, however often a handler reports. */
const WRITE_INTERVAL = 100;

/** Takes what one run says of its progress to the backend, gathered. Made when a handler first reports. */
export class ProgressReporter {
  private pending: Progress | undefined;
  private timer: ClockTimer | undefined;
  private nextWrite = 0;
  private closed = false;

  constructor(
    private readonly recorder: RunRecorder,
    private readonly receipt: Receipt,
    private readonly jobId: string,
    private readonly clock: Clock,
    private readonly onLost: (error: Error) => void,
  ) {}

  /** Writes at once when the last write is long enough ago, else keeps it for the next. */
  async report(progress: Progress): Promise<void> {
    if (this.closed) return;
    const now = this.clock.now();
    if (this.timer === undefined && now >= this.nextWrite) {
      this.nextWrite = now + WRITE_INTERVAL;
      return this.write(progress);
    }
    this.pending = progress;
    this.timer ??= this.clock.setTimer(Math.ceil(this.nextWrite - now), () => this.flush());
  }

  /** The run is over. @returns what is not written yet; it rides with the settlement */
  close(): Progress | undefined {
    this.closed = true;
    this.timer?.cancel();
    return this.pending;
  }

  private flush(): void {
    this.timer = undefined;
    const { pending } = this;
    this.pending = undefined;
    if (pending === undefined || this.closed) return;
    this.nextWrite = this.clock.now() + WRITE_INTERVAL;
    void this.write(pending);
  }

  /** Progress is a courtesy: broker trouble must not fail the job. A lost lease ends the run, as it must. */
  private async write(progress: Progress): Promise<void> {
    try {
      const verdict = await this.recorder.record(this.receipt, { progress });
      if (verdict !== 'applied' && !this.closed) this.onLost(new LeaseLostError(this.jobId));
    } catch {
      if (!this.closed) this.pending ??= progress;
    }
  }
}
