import { setTimeout as sleep } from 'node:timers/promises';
import type { Ms, QueueBackend, QueueStatus } from '../../contract/index.js';
import { counted } from '../output/counted.js';
import { lengthOf } from '../output/moments.js';
import type { Finding } from './finding.js';

/** A job that has been ready for so long, on a queue where nothing runs, makes one suspect that nobody serves it. */
const UNSERVED_AFTER: Ms = 30_000;
/** How long a suspicion is watched: workers look for work every half second by default. */
const WATCHED_FOR: Ms = 2_000;
/** Workers that are so far behind are too few. */
const BEHIND_AFTER: Ms = 300_000;

/** Looks at queues of one backend as they stand. */
export async function lookAtQueues(backend: QueueBackend, names: readonly string[]): Promise<Finding[]> {
  const before = await backend.inspect(names);
  const suspects = names.filter((_, place) => isSuspect(before[place] as QueueStatus));
  if (suspects.length > 0) await sleep(WATCHED_FOR);
  const after = new Map<string, QueueStatus>();
  for (const [place, status] of (suspects.length === 0 ? [] : await backend.inspect(suspects)).entries()) {
    after.set(suspects[place] as string, status);
  }
  return names.flatMap((name, place) => {
    const status = before[place] as QueueStatus;
    const later = after.get(name);
    const isUnserved = later !== undefined && isSuspect(later) && later.readySince === status.readySince;
    return findingsOf(name, later ?? status, isUnserved).map((finding) => ({
      ...finding,
      subject: `queue ${name}`,
    }));
  });
}

const ageOf = ({ readySince }: QueueStatus): Ms => (readySince === undefined ? 0 : Date.now() - readySince);

const isSuspect = (status: QueueStatus): boolean =>
  !status.isPaused &&
  status.counts.running === 0 &&
  status.counts.pending > 0 &&
  ageOf(status) > UNSERVED_AFTER;

function findingsOf(name: string, status: QueueStatus, isUnserved: boolean): Omit<Finding, 'subject'>[] {
  const { counts, isPaused } = status;
  const waiting = counts.pending + counts.scheduled + counts.retrying;
  const findings: Omit<Finding, 'subject'>[] = [];
  if (isUnserved) {
    findings.push({
      code: 'no-worker',
      severity: 'error',
      message: `${counted(counts.pending, 'job')} ${counts.pending === 1 ? 'is' : 'are'} ready, the first for ${lengthOf(ageOf(status))}, and nobody takes them: no worker serves the queue.`,
      remedy: `Start one: \`nest-tasks worker start --app … --queues ${name}\`. Where workers run, see that their \`worker.queues\` names it, that their \`role\` is not producer, and that they reach this broker.`,
    });
  } else if (!isPaused && ageOf(status) > BEHIND_AFTER) {
    findings.push({
      code: 'workers-behind',
      severity: 'warning',
      message: `the workers are ${lengthOf(ageOf(status))} behind, with ${counted(counts.pending, 'job')} ready and ${counts.running} running.`,
      remedy: 'Run more workers or more jobs at once, or see what makes the jobs slow.',
    });
  }
  if (isPaused && waiting > 0) {
    findings.push({
      code: 'paused',
      severity: 'warning',
      message: `it is paused, and ${counted(waiting, 'job')} ${waiting === 1 ? 'waits' : 'wait'}.`,
      remedy: `Let it go on when it should: \`nest-tasks queues resume ${name}\`.`,
    });
  }
  if (counts.failed > 0) {
    findings.push({
      code: 'dead-letters',
      severity: 'warning',
      message: `it has ${counted(counts.failed, 'dead letter')}.`,
      remedy: `See what they have in common, \`nest-tasks dlq list --queue ${name}\`, mend it, and retry or purge them.`,
    });
  }
  return findings;
}
