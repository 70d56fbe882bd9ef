import type { Ms, NewJob } from '../../contract/index.js';
import type { MemoryQueue } from './memory-queue.js';

const DEFAULT_MAX_STALLED = 3;

/** Names that a queue keeps a kind for; a caller that makes names up must not make the table grow without end. */
const KINDS_KEPT = 1_024;

/** What all calls of one task usually have in common: kept once and shared, which saves 48 bytes a waiting job. */
export class JobKind {
  readonly name: string;
  readonly codec: string;
  readonly version: number;
  readonly maxRetries: number;
  readonly maxStalled: number;
  readonly timeout: Ms | undefined;

  constructor(
    readonly queue: MemoryQueue,
    job: NewJob,
  ) {
    this.name = job.name;
    this.codec = job.codec;
    this.version = job.version;
    this.maxRetries = job.maxRetries;
    this.maxStalled = job.maxStalled ?? DEFAULT_MAX_STALLED;
    this.timeout = job.timeout;
  }

  fits(job: NewJob): boolean {
    return (
      this.maxRetries === job.maxRetries &&
      this.timeout === job.timeout &&
      this.codec === job.codec &&
      this.version === job.version &&
      this.maxStalled === (job.maxStalled ?? DEFAULT_MAX_STALLED)
    );
  }
}

/** The latest kind of each task name. */
export class JobKinds {
  private readonly latest = new Map<string, JobKind>();

  constructor(private readonly queue: MemoryQueue) {}

  of(job: NewJob): JobKind {
    const known = this.latest.get(job.name);
    if (known !== undefined && known.fits(job)) return known;
    if (this.latest.size >= KINDS_KEPT) this.latest.clear();
    const kind = new JobKind(this.queue, job);
    this.latest.set(job.name, kind);
    return kind;
  }
}
