import type {
  Claim,
  ClaimedJob,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  JobRecord,
  JobRef,
  Ms,
  NewJob,
  QueueBackend,
  QueueDefinition,
  RetryVerdict,
} from '../../../lib/contract/index.js';
import type { ManualClock } from '../../../lib/testing/index.js';
import { inQueue } from './flaw.js';
import { ChangingJobs, ForwardingQueue, type ReplayPatch } from './forwarding-queue.js';

/** Every dependent waits for one job more, which nobody runs. */
class NeverReleased extends ForwardingQueue {
  private phantom = 0;

  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const first = jobs.find((job) => job.dependsOn);
    if (first === undefined) return super.enqueue(jobs, options);
    const phantom = { ...first, queue: 'nobody', id: `phantom-${++this.phantom}`, dependsOn: undefined };
    await super.enqueue([phantom]);
    const waiting = jobs.map((job) =>
      job.dependsOn
        ? { ...job, dependsOn: { ...job.dependsOn, jobs: [...job.dependsOn.jobs, phantom] } }
        : job,
    );
    return super.enqueue(waiting, options);
  }
}

class FirstParentOnly extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    if (job.dependsOn === undefined) return job;
    return { ...job, dependsOn: { ...job.dependsOn, jobs: job.dependsOn.jobs.slice(0, 1) } };
  }
}

class FailureIgnored extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return job.dependsOn ? { ...job, dependsOn: { ...job.dependsOn, onFailure: 'ignore' } } : job;
  }
}

class NotReopened extends ForwardingQueue {
  private readonly children = new Map<string, JobRef[]>();

  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    for (const job of jobs) {
      for (const { id } of job.dependsOn?.jobs ?? []) {
        this.children.set(id, [...(this.children.get(id) ?? []), job]);
      }
    }
    return super.enqueue(jobs, options);
  }

  override async retryDead(jobs: readonly JobRef[], patch?: ReplayPatch): Promise<RetryVerdict[]> {
    const verdicts = await super.retryDead(jobs, patch);
    const children = jobs.flatMap(({ id }) => this.children.get(id) ?? []);
    await super.cancel(children, 'dependency-failed');
    return verdicts;
  }
}

class CycleAccepted extends ForwardingQueue {
  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const verdicts = await super.enqueue(jobs, options);
    return verdicts.map((verdict, place) =>
      verdict.status === 'refused' && verdict.code === 'TASKS_DEPENDENCY_CYCLE'
        ? { status: 'created', id: (jobs[place] as NewJob).id }
        : verdict,
    );
  }
}

/** Retention does not look whether somebody still needs the result. */
class ParentDroppedTooEarly extends ForwardingQueue {
  private readonly ttls = new Map<string, Ms>();

  constructor(
    sound: QueueBackend,
    private readonly clock: ManualClock,
  ) {
    super(sound);
  }

  override declare(queues: readonly QueueDefinition[]): void {
    for (const { name, retention } of queues) this.ttls.set(name, retention?.completedTtl ?? 3_600_000);
    super.declare(queues);
  }

  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return { ...claim, jobs: await Promise.all(claim.jobs.map((job) => this.withoutDropped(job))) };
  }

  private async withoutDropped(job: ClaimedJob): Promise<ClaimedJob> {
    const parents = job.extra?.parents;
    if (parents === undefined) return job;
    const records = await super.get(parents);
    const isKept = (record: JobRecord | undefined) =>
      record?.finishedAt !== undefined &&
      record.finishedAt + (this.ttls.get(record.queue) as Ms) > this.clock.now();
    const left = parents.map(({ result, ...rest }, place) =>
      isKept(records[place]) && result !== undefined ? { ...rest, result } : rest,
    );
    return { ...job, extra: { ...job.extra, parents: left } };
  }
}

class TombstoneForgotten extends ForwardingQueue {
  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const parents = jobs.flatMap((job) => job.dependsOn?.jobs ?? []);
    const outside = parents.filter((parent) => !jobs.some((job) => job.id === parent.id));
    const records = await super.get(outside);
    if (records.every((record) => record !== undefined)) return super.enqueue(jobs, options);
    return jobs.map(() => ({ status: 'refused', code: 'TASKS_DEPENDENCY_UNKNOWN' }));
  }
}

class DelayOfDependentsLost extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return job.dependsOn ? { ...job, delay: undefined } : job;
  }
}

export const dependencyFlaws = [
  inQueue('does not release dependents', 'dependencies', NeverReleased),
  inQueue('waits for the first of several parents alone', 'dependencies', FirstParentOnly),
  inQueue('loses the delay of a dependent', 'dependencies', DelayOfDependentsLost),
  inQueue('runs a job whose dependency failed', 'dependencies that fail', FailureIgnored),
  inQueue('does not reopen dependents', 'dependents of a dead letter that is retried', NotReopened),
  inQueue('accepts a circle of dependencies', 'dependencies that cannot be', CycleAccepted),
  inQueue('drops a result that a dependent needs', 'dependencies that cannot be', ParentDroppedTooEarly),
  inQueue('forgets the tombstones of finished jobs', 'dependencies that cannot be', TombstoneForgotten),
];
