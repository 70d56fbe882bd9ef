import type { Clock, ClockTimer, Ms, Progress, Receipt } from '../contract/index.js';
import { LeaseLostError } from '../errors/index.js';
import type { RunRecorder } from './ports.js';

/** At most ten writes a second and job reach the backend, however often a handler reports. */
const WRITE_INTERVAL: Ms = 100;

/**
 * Takes what one run says of its progress to the backend, gathered: one write at a time, so that they arrive in order, and
 * always the latest. Made when a handler first reports.
 */
export class ProgressReporter {
  /** The latest report, if no write has taken it along. */
  private pending: Progress | undefined;
  private writing: Progress | undefined;
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

  /** Writes at once when the last write is long enough ago, else keeps it for the next. Never rejects. */
  async report(progress: Progress): Promise<void> {
    if (this.closed) return;
    this.pending = progress;
    if (this.writing !== undefined || this.timer !== undefined) return;
    if (this.clock.now() < this.nextWrite) this.arm();
    else await this.write();
  }

  /** The run is over. @returns what may not be written yet; it rides with the settlement */
  close(): Progress | undefined {
    this.closed = true;
    this.timer?.cancel();
    return this.pending ?? this.writing;
  }

  private arm(): void {
    const wait = Math.max(0, Math.ceil(this.nextWrite - this.clock.now()));
    this.timer = this.clock.setTimer(wait, () => {
      this.timer = undefined;
      void this.write();
    });
  }

  private async write(): Promise<void> {
    const progress = this.pending;
    if (progress === undefined) return;
    this.pending = undefined;
    this.writing = progress;
    this.nextWrite = this.clock.now() + WRITE_INTERVAL;
    const written = await this.record(progress);
    this.writing = undefined;
    if (this.closed) return;
    if (!written) this.pending ??= progress;
    else if (this.pending !== undefined) this.arm();
  }

  /**
   * Progress is a courtesy: broker trouble must not fail the job, and the next report tries again. A lost lease ends the
   * run, as it must. @returns whether it was written
   */
  private async record(progress: Progress): Promise<boolean> {
    try {
      const verdict = await this.recorder.record({ receipt: this.receipt, progress });
      if (verdict !== 'applied' && !this.closed) this.onLost(new LeaseLostError(this.jobId));
      return true;
    } catch {
      return false;
    }
  }
}
