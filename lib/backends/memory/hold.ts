import type { Receipt, Verdict } from '../../contract/index.js';
import { JobRun } from './job-run.js';
import { doOverdue } from './overdue.js';
import { RUNNING } from './state-code.js';

/** What a receipt of ours stands for; anything else was made up. */
export function runOf(receipt: Receipt): JobRun | undefined {
  const ours = receipt as unknown;
  return ours instanceof JobRun ? ours : undefined;
}

/** Whether a run still holds its job (`applied`), and if not, why. */
export function holdOf(run: JobRun | undefined, now: number): Verdict {
  if (run === undefined) return 'unknown';
  const { entry } = run;
  const { queue } = entry;
  if (queue.quietUntil <= now) doOverdue(queue, now);
  if (entry.run === run && entry.state === RUNNING) return 'applied';
  if (!queue.jobs.has(entry)) return 'unknown';
  return run.settled ? 'already-applied' : 'stale';
}
