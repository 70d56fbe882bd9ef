import type { EnqueueVerdict, NewJob } from '../contract/index.js';
import type { EventSink, StoreLink } from '../state/index.js';
import type { JobDesk } from './job-desk.js';
import { forgottenRecord, unseenRecord } from './job-record-of.js';
import { JobSnapshot } from './job-snapshot.js';
import { refusalError } from './refusal.js';

/** Turns a backend's verdict about a call into what its caller gets. */
export class JobIntake {
  constructor(
    private readonly store: StoreLink,
    private readonly desk: JobDesk,
    private readonly events: EventSink,
  ) {}

  /**
   * @param at When the backend answered.
   * @throws what the verdict's code stands for
   */
  accept(job: NewJob, verdict: EnqueueVerdict, at: number): JobSnapshot | Promise<JobSnapshot> {
    switch (verdict.status) {
      case 'refused':
        throw refusalError(verdict, job, this.store.name);
      case 'created':
        if (this.events.wants('queued')) {
          this.events.emit({ type: 'queued', taskId: job.id, taskName: job.name, queueName: job.queue });
        }
        this.events.probes?.enqueued(job);
        return job.dependsOn === undefined ? this.fresh(job, at) : this.look(job, at);
      case 'existing':
      case 'replaced':
      default:
        return this.found(job, verdict.id, at);
    }
  }

  /**
   * The same within a transaction of the caller's, which may be rolled back: nothing is told of the job yet, and nothing is looked up, since
   * nobody else sees it and the transaction may have the only connection.
   */
  acceptWithin(job: NewJob, verdict: EnqueueVerdict, at: number): JobSnapshot {
    if (verdict.status === 'refused') throw refusalError(verdict, job, this.store.name);
    if (verdict.status === 'created') return this.fresh(job, at);
    return new JobSnapshot(unseenRecord(job, verdict.id, at), this.desk);
  }

  private fresh(job: NewJob, at: number): JobSnapshot {
    return new JobSnapshot(job, this.desk, at);
  }

  /** Whether its dependencies had ended already, only the backend knows. The job is accepted whether it can say so or not. */
  private async look(job: NewJob, at: number): Promise<JobSnapshot> {
    try {
      const record = await this.store.records.get(job);
      return record === undefined ? this.fresh(job, at) : new JobSnapshot(record, this.desk);
    } catch {
      return this.fresh(job, at);
    }
  }

  private async found(job: NewJob, id: string, at: number): Promise<JobSnapshot> {
    const record = await this.store.records.get({ queue: job.queue, id });
    return new JobSnapshot(record ?? forgottenRecord(job, id, at), this.desk);
  }
}
