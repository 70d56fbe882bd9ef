import type { EndedJob } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { FAILED } from './state-code.js';

/** Nobody may ever ask: a process that only enqueues does not. */
const KEPT = 1_000;

/** Jobs that ended with nobody in hand of them, until a claim or a sweep tells of them. */
export class EndedJobs {
  private untold: EndedJob[] = [];

  note(entry: JobEntry): void {
    const { kind, run, rare } = entry;
    if (this.untold.length >= KEPT) this.untold.shift();
    this.untold.push({
      queue: entry.queue.name,
      id: entry.id,
      name: kind.name,
      attempt: run?.attempt ?? 0,
      worker: run?.claim.worker,
      error: entry.state === FAILED ? rare?.error : undefined,
      cancelReason: rare?.cancelReason,
    });
  }

  /** What nobody was told of yet; `undefined` when there is nothing. */
  tell(): readonly EndedJob[] | undefined {
    if (this.untold.length === 0) return undefined;
    const told = this.untold;
    this.untold = [];
    return told;
  }
}
