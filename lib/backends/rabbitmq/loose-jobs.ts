import type { ClaimedJob, JobRecord, JobRef } from '../../contract/index.js';
import { ByJob } from './by-job.js';
import { type MessageHistory, NO_HISTORY } from './message.js';

/** Ids of removed jobs that are remembered, so that their messages are dropped. */
const REMOVED_MAX = 10_000;
/** Jobs of this process whose records are kept while they wait at the broker: others may run them, and nobody would tell. */
const OWN_MAX = 100_000;
/** So many are let go at once. */
const OWN_SLACK = 1_000;

/**
 * What a ledger in memory does not know, since it ends with its process: runs of a job elsewhere, which its message tells; messages that are on
 * their way although nothing was published of late; jobs whose record was removed while their message waits.
 */
export class LooseJobs {
  private readonly histories = new ByJob<MessageHistory>();
  private readonly underWay = new ByJob<true>();
  /** Enqueued here and not finished: the ledger knows them. The oldest of a queue first. */
  private readonly own = new ByJob<JobRef>();
  private readonly removed = new ByJob<JobRef>();

  /** Takes note of what the message of a job told that was not known here. */
  learn(queue: string, id: string, history: MessageHistory): void {
    if (history.attempt > 0 || history.redeliveries > 0) this.histories.set(queue, id, history);
  }

  historyOf(queue: string, id: string): MessageHistory {
    return this.histories.get(queue, id) ?? NO_HISTORY;
  }

  /** The ledger here was told of it before its message was sent. */
  entered({ queue, id }: JobRef): void {
    this.own.set(queue, id, { queue, id });
  }

  isOwn(queue: string, id: string): boolean {
    return this.own.has(queue, id);
  }

  /** Of those that were entered here more than may be kept: the oldest that lie at the broker. Their messages tell all that has to be known of them. */
  surplus(): JobRef[] {
    const surplus: JobRef[] = [];
    if (this.own.size <= OWN_MAX + OWN_SLACK) return surplus;
    for (const job of this.own.values()) {
      if (this.own.size - surplus.length <= OWN_MAX) break;
      if (this.underWay.has(job.queue, job.id)) surplus.push(job);
    }
    return surplus;
  }

  /** A message of the job is at the broker, due or not. */
  sent(queue: string, id: string): void {
    this.underWay.set(queue, id, true);
  }

  isUnderWay(queue: string, id: string): boolean {
    return this.underWay.has(queue, id);
  }

  arrived(queue: string, id: string): void {
    this.underWay.delete(queue, id);
  }

  finished(queue: string, id: string): void {
    this.histories.delete(queue, id);
    this.underWay.delete(queue, id);
    this.own.delete(queue, id);
  }

  forget(jobs: readonly JobRef[]): void {
    for (const { queue, id } of jobs) {
      this.finished(queue, id);
      this.removed.set(queue, id, { queue, id });
    }
    for (const oldest of this.removed.values()) {
      if (this.removed.size <= REMOVED_MAX) break;
      this.removed.delete(oldest.queue, oldest.id);
    }
  }

  /** Enqueued again under the same id. */
  revive(queue: string, id: string): void {
    this.removed.delete(queue, id);
  }

  isRemoved(queue: string, id: string): boolean {
    return this.removed.has(queue, id);
  }

  /** With the runs that others made of it. */
  complete<J extends ClaimedJob | JobRecord>(job: J): J {
    const { attempt } = this.historyOf(job.queue, job.id);
    return attempt === 0 ? job : { ...job, attempt: job.attempt + attempt };
  }
}
