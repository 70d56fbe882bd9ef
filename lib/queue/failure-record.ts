import type { ErrorRecord, Job, JobData, JobRecord } from '../contract/index.js';
import { jsonCodec } from '../codecs/index.js';
import type { JobDesk } from './job-desk.js';
import { JobSnapshot } from './job-snapshot.js';

/** A {@link FailureRecord} as plain data. */
export interface FailureData {
  readonly job: JobData;
  readonly error: Omit<ErrorRecord, 'metadata'>;
  readonly failedAt: string;
  readonly attempts: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * A dead letter: a job that will not be tried again without a person, and why.
 *
 * @example
 * for (const { job, error, attempts } of await deadLetters.list({ limit: 20 })) {
 *   console.log(`${job.name} ${job.id}: ${error.message} (after ${attempts} runs)`);
 * }
 */
export class FailureRecord {
  private constructor(
    readonly job: Job,
    /** What its last run threw, as plain data. */
    readonly error: Omit<ErrorRecord, 'metadata'>,
    readonly failedAt: Date,
    /** How often it ran. */
    readonly attempts: number,
    /** What was noted with `DeadLetterQueue.add`. */
    readonly metadata: Readonly<Record<string, unknown>>,
  ) {}

  /** @internal */
  static of(record: JobRecord, desk: JobDesk): FailureRecord {
    const { metadata, ...error } = record.error ?? { name: 'Error', message: 'no error was kept' };
    return new FailureRecord(
      new JobSnapshot(record, desk),
      error,
      new Date(record.finishedAt ?? record.createdAt),
      record.attempt,
      readNotes(metadata),
    );
  }

  static fromJSON({ job, error, failedAt, attempts, metadata }: FailureData): FailureRecord {
    return new FailureRecord(JobSnapshot.fromJSON(job), error, new Date(failedAt), attempts, metadata);
  }

  get stack(): string | undefined {
    return this.error.stack;
  }

  toJSON(): FailureData {
    const { job, error, failedAt, attempts, metadata } = this;
    return { job: job.toJSON(), error, failedAt: failedAt.toISOString(), attempts, metadata };
  }
}

function readNotes(metadata: string | undefined): Readonly<Record<string, unknown>> {
  const notes = jsonCodec.decode(metadata);
  return typeof notes === 'object' && notes !== null ? (notes as Record<string, unknown>) : {};
}
