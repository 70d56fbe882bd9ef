import type { ClaimedJob, JobRecord, JobRef } from '../../contract/index.js';
import { keyOf } from './hold.js';
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
  private readonly histories = new Map<string, MessageHistory>();
  private readonly underWay = new Set<string>();
  /** Enqueued here and not finished: the ledger knows them. The oldest first. */
  private readonly own = new Map<string, JobRef>();
  private readonly removed = new Set<string>();

  /** Takes note of what the message of a job told that was not known here. */
  learn(queue: string, id: string, history: MessageHistory): void {
    if (history.attempt > 0 || history.redeliveries > 0) this.histories.set(keyOf(queue, id), history);
  }

  historyOf(queue: string, id: string): MessageHistory {
    return this.histories.get(keyOf(queue, id)) ?? NO_HISTORY;
  }

  /** The ledger here was told of it before its message was sent. */
  entered({ queue, id }: JobRef): void {
    this.own.set(keyOf(queue, id), { queue, id });
  }

  isOwn(queue: string, id: string): boolean {
    return this.own.has(keyOf(queue, id));
  }

  /** Of those that were entered here more than may be kept: the oldest that lie at the broker. Their messages tell all that has to be known of them. */
  surplus(): JobRef[] {
    const surplus: JobRef[] = [];
    if (this.own.size <= OWN_MAX + OWN_SLACK) return surplus;
    for (const [key, job] of this.own) {
      if (this.own.size - surplus.length <= OWN_MAX) break;
      if (this.underWay.has(key)) surplus.push(job);
    }
    return surplus;
  }

  /** A message of the job is at the broker, due or not. */
  sent(queue: string, id: string): void {
    this.underWay.add(keyOf(queue, id));
  }

  isUnderWay(queue: string, id: string): boolean {
    return this.underWay.has(keyOf(queue, id));
  }

  arrived(queue: string, id: string): void {
    this.underWay.delete(keyOf(queue, id));
  }

  finished(queue: string, id: string): void {
    const key = keyOf(queue, id);
    this.histories.delete(key);
    this.underWay.delete(key);
    this.own.delete(key);
  }

  forget(jobs: readonly JobRef[]): void {
    for (const { queue, id } of jobs) {
      this.finished(queue, id);
      this.removed.add(keyOf(queue, id));
    }
    for (const oldest of this.removed) {
      if (this.removed.size <= REMOVED_MAX) break;
      this.removed.delete(oldest);
    }
  }

  /** Enqueued again under the same id. */
  revive(queue: string, id: string): void {
    this.removed.delete(keyOf(queue, id));
  }

  isRemoved(queue: string, id: string): boolean {
    return this.removed.has(keyOf(queue, id));
  }

  /** With the runs that others made of it. */
  complete<J extends ClaimedJob | JobRecord>(job: J): J {
    const { attempt } = this.historyOf(job.queue, job.id);
    return attempt === 0 ? job : { ...job, attempt: job.attempt + attempt };
  }
}
