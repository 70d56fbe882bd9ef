import type {
  Claim,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  JobQuery,
  JobRecord,
  JobRef,
  JobState,
  NewJob,
  Page,
  QueueStatus,
  RetryVerdict,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ChangingJobs, ForwardingQueue, type ReplayPatch } from './forwarding-queue.js';

/** A counter of pending jobs beside the jobs, which cancels and removes forget. */
class DriftingCount extends ForwardingQueue {
  private readonly gone = new Map<string, number>();

  override async clear(queue: string, states: readonly JobState[]): Promise<number> {
    const cleared = await super.clear(queue, states);
    this.gone.set(queue, (this.gone.get(queue) ?? 0) + cleared);
    return cleared;
  }

  override async remove(jobs: readonly JobRef[]): Promise<number> {
    const removed = await super.remove(jobs);
    const queue = jobs[0]?.queue ?? '';
    this.gone.set(queue, (this.gone.get(queue) ?? 0) + removed);
    return removed;
  }

  override async inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    const statuses = await super.inspect(queues);
    return statuses.map((status, place) => {
      const gone = this.gone.get(queues[place] ?? '') ?? 0;
      return { ...status, counts: { ...status.counts, pending: status.counts.pending + gone } };
    });
  }
}

class RetriesCountedAsPending extends ForwardingQueue {
  override async inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    const statuses = await super.inspect(queues);
    return statuses.map(({ counts, ...status }) => ({
      ...status,
      counts: { ...counts, pending: counts.pending + counts.retrying, retrying: 0 },
    }));
  }
}

class ReplayedTwice extends ForwardingQueue {
  override async retryDead(jobs: readonly JobRef[], patch?: ReplayPatch): Promise<RetryVerdict[]> {
    const records = await super.get(jobs);
    await new Promise((done) => setImmediate(done));
    const verdicts = await super.retryDead(jobs, patch);
    const again = records.filter(
      (record, place) => record?.state === 'failed' && verdicts[place] === 'not-dead',
    );
    await super.enqueue(again.map((record) => copyOf(record as JobRecord)));
    return verdicts.map((verdict, place) => (records[place]?.state === 'failed' ? 'retried' : verdict));
  }
}

function copyOf(record: JobRecord): NewJob {
  const { queue, name, payload, codec, version, priority, maxRetries } = record;
  return { queue, id: `${record.id.slice(0, -4)}copy`, name, payload, codec, version, priority, maxRetries };
}

class AtomicIgnored extends ForwardingQueue {
  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    return super.enqueue(jobs, { ...options, atomic: false });
  }
}

class BytesBecomeText extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    const { payload } = job;
    return { ...job, payload: payload instanceof Uint8Array ? Buffer.from(payload).toString() : payload };
  }
}

class NamelessTaken extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return job.name ? job : { ...job, name: 'a-task' };
  }
}

class RetriesMadeUp extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    return { ...job, maxRetries: Math.max(0, job.maxRetries || 0) };
  }
}

/** As JSON columns do. */
class PayloadReformatted extends ChangingJobs {
  protected override change(job: NewJob): NewJob {
    try {
      return { ...job, payload: JSON.stringify(JSON.parse(job.payload as string)) };
    } catch {
      return job;
    }
  }
}

class SpawnedEvenWhenStale extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const late = request.settle?.filter((_, place) => claim.verdicts[place] !== 'applied') ?? [];
    await super.enqueue(
      late.flatMap(({ enqueue }) => enqueue ?? []).map((job) => ({ ...job, repeat: true })),
    );
    return claim;
  }
}

class SpawnedAfterwards extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const settle = request.settle?.map(({ enqueue: _, ...settlement }) => settlement);
    const claim = await super.claim({ ...request, settle });
    const applied = request.settle?.filter((_, place) => claim.verdicts[place] === 'applied') ?? [];
    await super.enqueue(applied.flatMap(({ enqueue }) => enqueue ?? []));
    return claim;
  }
}

/** A cursor that is a number of jobs: what is removed meanwhile shifts the next page. */
class PagesByOffset extends ForwardingQueue {
  override async find(query: JobQuery): Promise<Page<JobRecord>> {
    const { cursor, limit = 100, ...rest } = query;
    const { items } = await super.find({ ...rest, limit: 1_000 });
    const from = Number(cursor ?? 0);
    const page = items.slice(from, from + limit);
    return { items: page, ...(from + limit < items.length && { cursor: String(from + limit) }) };
  }
}

class RunningRemoved extends ForwardingQueue {
  override async remove(jobs: readonly JobRef[]): Promise<number> {
    await super.remove(jobs);
    return jobs.length;
  }
}

/** Addresses joined without a separator that names cannot hold. */
class AddressesMixedUp extends ForwardingQueue {
  private readonly aliases = new Map<string, JobRef>();

  override enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    for (const { queue, id } of jobs) this.aliases.set(`${queue}.${id}`, { queue, id });
    return super.enqueue(jobs, options);
  }

  override get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return super.get(jobs.map((job) => this.aliases.get(`${job.queue}.${job.id}`) ?? job));
  }
}

class LatestFailureAlone extends ForwardingQueue {
  override async get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return (await super.get(jobs)).map((record) =>
      record?.failures === undefined ? record : { ...record, failures: record.failures.slice(-1) },
    );
  }
}

class AgeIgnored extends ForwardingQueue {
  override find({ olderThan: _, ...query }: JobQuery): Promise<Page<JobRecord>> {
    return super.find(query);
  }
}

class NeverPaused extends ForwardingQueue {
  override async inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    return (await super.inspect(queues)).map((status) => ({ ...status, isPaused: false }));
  }
}

class ReadySinceEver extends ForwardingQueue {
  override async inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    return (await super.inspect(queues)).map(({ readySince, ...status }) =>
      readySince === undefined ? status : { ...status, readySince: 0 },
    );
  }
}

export const keepingFlaws = [
  inQueue('lets its counts drift', 'remove and clear', DriftingCount),
  inQueue('counts a retry as pending', 'counts', RetriesCountedAsPending),
  inQueue('replays a dead letter twice', 'dead letters', ReplayedTwice),
  inQueue('keeps part of an atomic batch', 'atomic batches', AtomicIgnored),
  inQueue('takes a job without a name', 'enqueue', NamelessTaken),
  inQueue('makes something of a number of retries that is none', 'enqueue', RetriesMadeUp),
  inQueue('turns bytes into text', 'payloads', BytesBecomeText),
  inQueue('formats JSON anew', 'payloads', PayloadReformatted),
  inQueue('enqueues what a late verdict brings', 'settlements that enqueue', SpawnedEvenWhenStale),
  inQueue('enqueues after the settlement, not with it', 'settlements that enqueue', SpawnedAfterwards),
  inQueue('pages by offset', 'find', PagesByOffset),
  inQueue('forgets all failures but the latest', 'history of failures', LatestFailureAlone),
  inQueue('lists what is too young', 'find', AgeIgnored),
  inQueue('does not say that it is paused', 'counts', NeverPaused),
  inQueue('does not know how long jobs have waited', 'counts', ReadySinceEver),
  inQueue('says that it removed a running job', 'remove and clear', RunningRemoved),
  inQueue('mixes up queues and ids', 'hostile names and texts', AddressesMixedUp),
];
