import type {
  ErrorRecord,
  Job,
  JobData,
  JobRecord,
  JobRef,
  JobStatus,
  Ms,
  NewJob,
  PendingReason,
  ScheduleFiring,
  WaitOptions,
} from '../contract/index.js';
import { JobNotFoundError } from '../errors/index.js';
import { CRON_HEADER, firingOf } from './firing-headers.js';
import { dataOf, recordOf } from './job-data.js';
import type { JobDesk } from './job-desk.js';
import { detachedDesk } from './detached-desk.js';
import { acceptedRecord } from './job-record-of.js';

/**
 * One enqueued call of a task, as this process last saw it. What it shows does not change by itself: `refresh()` gives a
 * new one.
 *
 * A handle of a job that was enqueued just now keeps only what was sent; everything else is computed when it is asked for,
 * since most handles are never looked at.
 *
 * @example
 * const job = await queue.enqueue('send-email', { to: 'ada@example.com' });
 * const receipt = await job.result({ timeout: '10s' });
 */
export class JobSnapshot<TPayload = unknown, TResult = unknown> implements Job<TPayload, TResult> {
  private seen: JobRecord | undefined;

  /** @internal Handles come from queues, and from {@link JobSnapshot.fromJSON}. */
  constructor(
    private readonly source: NewJob | JobRecord,
    private readonly desk: Pick<JobDesk, 'decode' | 'read' | 'result' | 'cancel' | 'clock'>,
    private readonly acceptedAt = 0,
  ) {}

  /**
   * A job from plain data. It can be looked at; to wait for it, cancel it or read it anew, get it from its queue:
   * `TaskQueue.get(id)`.
   */
  static fromJSON<TPayload = unknown, TResult = unknown>(data: JobData): JobSnapshot<TPayload, TResult> {
    return new JobSnapshot<TPayload, TResult>(recordOf(data), detachedDesk);
  }

  get id(): string {
    return this.source.id;
  }

  get name(): string {
    return this.source.name;
  }

  get queue(): string {
    return this.source.queue;
  }

  /** Decoded anew each time: a handle shares no object with whoever enqueued it. */
  get payload(): TPayload {
    return this.desk.decode(this.source.codec, this.source.payload, this.source, 'payload') as TPayload;
  }

  get priority(): number {
    return this.source.priority;
  }

  get maxRetries(): number {
    return this.source.maxRetries;
  }

  get timeout(): Ms | undefined {
    return this.source.timeout;
  }

  get status(): JobStatus {
    return this.record.state;
  }

  get reason(): PendingReason | undefined {
    return this.record.reason;
  }

  get dependsOn(): readonly JobRef[] {
    return this.record.dependsOn ?? [];
  }

  get createdAt(): Date {
    return new Date(this.record.createdAt);
  }

  get startedAt(): Date | undefined {
    return dateOf(this.record.startedAt);
  }

  get completedAt(): Date | undefined {
    return dateOf(this.record.finishedAt);
  }

  get scheduledAt(): Date | undefined {
    return dateOf(this.record.dueAt);
  }

  get cronExpression(): string | undefined {
    return this.record.headers?.[CRON_HEADER];
  }

  get firing(): ScheduleFiring | undefined {
    return firingOf(this.record);
  }

  get attempt(): number {
    return this.record.attempt;
  }

  get retryCount(): number {
    return Math.max(0, this.record.attempt - 1);
  }

  get lastError(): ErrorRecord | undefined {
    return this.record.error;
  }

  get resultValue(): TResult | undefined {
    const { state, codec, result } = this.record;
    return state === 'completed'
      ? (this.desk.decode(codec, result, this.source, 'result') as TResult | undefined)
      : undefined;
  }

  get progress(): Job['progress'] {
    const { progress, codec } = this.record;
    if (progress?.metadata === undefined) return progress;
    return { ...progress, metadata: this.desk.decode(codec, progress.metadata, this.source, 'progress') };
  }

  get isPending(): boolean {
    return this.status === 'pending';
  }

  get isRunning(): boolean {
    return this.status === 'running';
  }

  get isCompleted(): boolean {
    return this.status === 'completed';
  }

  get isFailed(): boolean {
    return this.status === 'failed';
  }

  get canRetry(): boolean {
    return this.record.attempt < 1 + this.record.maxRetries;
  }

  get duration(): Ms | undefined {
    const { state, startedAt, finishedAt } = this.record;
    if (startedAt === undefined) return undefined;
    const end = finishedAt ?? (state === 'running' ? this.desk.clock.now() : undefined);
    return end === undefined ? undefined : Math.max(0, end - startedAt);
  }

  result(options?: WaitOptions): Promise<TResult> {
    return this.desk.result(this.ref, options) as Promise<TResult>;
  }

  cancel(reason?: string): Promise<boolean> {
    return this.desk.cancel(this.ref, reason);
  }

  async refresh(): Promise<JobSnapshot<TPayload, TResult>> {
    const record = await this.desk.read(this.ref);
    if (record === undefined) throw new JobNotFoundError(this.id);
    return new JobSnapshot<TPayload, TResult>(record, this.desk);
  }

  toJSON(): JobData {
    return dataOf(this.record, this);
  }

  private get ref(): JobRef {
    return { queue: this.queue, id: this.id };
  }

  private get record(): JobRecord {
    this.seen ??= 'state' in this.source ? this.source : acceptedRecord(this.source, this.acceptedAt);
    return this.seen;
  }
}

function dateOf(at: number | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}
