import type { Clock, EnqueueVerdict, NewJob } from '../contract/index.js';
import type { EventSink, StoreLink } from '../state/index.js';
import type { JobDesk } from './job-desk.js';
import { forgottenRecord } from './job-record-of.js';
import { JobSnapshot } from './job-snapshot.js';
import { refusalError } from './refusal.js';

/** Turns a backend's verdict about a call into what its caller gets. */
export class JobIntake {
  constructor(
    private readonly store: StoreLink,
    private readonly desk: JobDesk,
    private readonly events: EventSink,
    private readonly clock: Clock,
  ) {}

  /** @throws what the verdict's code stands for */
  accept(job: NewJob, verdict: EnqueueVerdict): JobSnapshot | Promise<JobSnapshot> {
    switch (verdict.status) {
      case 'refused':
        throw refusalError(verdict, job, this.store.name);
      case 'created':
        if (this.events.wants('queued')) {
          this.events.emit({ type: 'queued', taskId: job.id, taskName: job.name, queueName: job.queue });
        }
        return job.dependsOn === undefined ? this.fresh(job) : this.look(job);
      case 'existing':
      case 'replaced':
      default:
        return this.found(job, verdict.id);
    }
  }

  private fresh(job: NewJob): JobSnapshot {
    return new JobSnapshot(job, this.desk, this.clock.now());
  }

  /** Whether its dependencies had ended already, only the backend knows. The job is accepted whether it can say so or not. */
  private async look(job: NewJob): Promise<JobSnapshot> {
    try {
      const record = await this.store.records.get(job);
      return record === undefined ? this.fresh(job) : new JobSnapshot(record, this.desk);
    } catch {
      return this.fresh(job);
    }
  }

  private async found(job: NewJob, id: string): Promise<JobSnapshot> {
    const record = await this.store.records.get({ queue: job.queue, id });
    return new JobSnapshot(record ?? forgottenRecord(job, id, this.clock.now()), this.desk);
  }
}
