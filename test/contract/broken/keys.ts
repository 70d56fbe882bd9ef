import type {
  CancelVerdict,
  EnqueueCallOptions,
  EnqueueVerdict,
  JobRef,
  JobState,
  NewJob,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ChangingJobs, ForwardingQueue } from './forwarding-queue.js';

class KeyLost extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return { ...job, idempotency: undefined };
  }
}

/** Forgets who has an idempotency key once that job is in one of these states. */
abstract class KeyFreedIn extends ForwardingQueue {
  protected abstract readonly freeing: readonly JobState[];

  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const verdicts = await super.enqueue(jobs, options);
    return Promise.all(verdicts.map((verdict, place) => this.again(verdict, jobs[place] as NewJob)));
  }

  private async again(verdict: EnqueueVerdict, job: NewJob): Promise<EnqueueVerdict> {
    if (verdict.status !== 'existing' || job.idempotency === undefined) return verdict;
    const [holder] = await super.get([{ queue: job.queue, id: verdict.id }]);
    const isFree = holder === undefined || this.freeing.includes(holder.state);
    if (!isFree) return verdict;
    return (await super.enqueue([{ ...job, idempotency: undefined }]))[0] as EnqueueVerdict;
  }
}

class KeyFreedByCompletion extends KeyFreedIn {
  protected override readonly freeing = ['completed'] as const;
}

class KeyFreedByFailure extends KeyFreedIn {
  protected override readonly freeing = ['failed'] as const;
}

class KeyHeldByCancelled extends ForwardingQueue {
  private readonly kept = new Map<string, string>();

  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const holder = this.kept.get(`${jobs[0]?.queue}/${jobs[0]?.idempotency?.key}`);
    if (holder !== undefined) return [{ status: 'existing', id: holder }];
    return super.enqueue(jobs, options);
  }

  override async cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    const records = await super.get(jobs);
    for (const record of records) {
      if (record?.idempotencyKey) this.kept.set(`${record.queue}/${record.idempotencyKey}`, record.id);
    }
    return super.cancel(jobs, reason);
  }
}

class UniqueWhilePendingOnly extends ForwardingQueue {
  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const verdicts = await super.enqueue(jobs, options);
    const [verdict, job] = [verdicts[0], jobs[0]];
    if (jobs.length !== 1 || verdict?.status !== 'existing' || job?.unique?.mode !== 'keep-first')
      return verdicts;
    const [holder] = await super.get([{ queue: job.queue, id: verdict.id }]);
    return holder?.state === 'pending' ? verdicts : super.enqueue([{ ...job, unique: undefined }], options);
  }
}

class DebouncedForEver extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    const { unique } = job;
    return unique?.mode === 'debounce' ? { ...job, unique: { ...unique, maxWait: 1e9 } } : job;
  }
}

class ThrottledWhileUnfinished extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    const { unique } = job;
    return unique?.mode === 'throttle' ? { ...job, unique: { mode: 'keep-first', key: unique.key } } : job;
  }
}

class ReplacedByKeepingFirst extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    const { unique } = job;
    return unique?.mode === 'replace' ? { ...job, unique: { mode: 'keep-first', key: unique.key } } : job;
  }
}

class RepeatNotLookedUp extends ForwardingQueue {
  override async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    const verdicts = await super.enqueue(jobs, options);
    return verdicts.map((verdict, place) =>
      verdict.status === 'existing' && jobs[place]?.repeat ? { status: 'created', id: verdict.id } : verdict,
    );
  }
}

export const keyFlaws = [
  inQueue('loses idempotency keys', 'idempotency', KeyLost),
  inQueue('forgets an idempotency key when its job completes', 'idempotency', KeyFreedByCompletion),
  inQueue('frees an idempotency key when its job fails', 'idempotency', KeyFreedByFailure),
  inQueue('keeps an idempotency key of a cancelled job', 'idempotency', KeyHeldByCancelled),
  inQueue(
    'keeps a unique key only while its job is pending',
    'unique: keep the first',
    UniqueWhilePendingOnly,
  ),
  inQueue('keeps the first where it should replace', 'unique: replace', ReplacedByKeepingFirst),
  inQueue('throttles only while the job is unfinished', 'unique: throttle', ThrottledWhileUnfinished),
  inQueue('debounces for ever', 'unique: debounce', DebouncedForEver),
  inQueue('says that a repeated id is new', 'enqueue', RepeatNotLookedUp),
];
