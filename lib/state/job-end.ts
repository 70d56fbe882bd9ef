import { isFinished, type JobRecord, type Outcome } from '../contract/index.js';
import type { CodecSet } from '../codecs/index.js';
import {
  DependencyFailedError,
  JobNotFoundError,
  RemoteTaskError,
  TaskCancelledError,
  TaskExecutionError,
} from '../errors/index.js';

/** How a job ended: its record, or as much of it as whoever settled it knows. */
export type JobEnd = Pick<JobRecord, 'queue' | 'id' | 'name' | 'state' | 'codec' | 'attempt'> &
  Partial<Pick<JobRecord, 'result' | 'error' | 'cancelReason' | 'startedAt' | 'finishedAt' | 'dependsOn'>>;

/** What a backend gives as the reason of a job that was cancelled because one that it depends on did not complete. */
export const DEPENDENCY_FAILED = 'dependency-failed';

/** An outcome after which a job does not run again. */
export type EndOutcome = Extract<Outcome, { kind: 'completed' | 'failed' | 'cancelled' }>;

export function isEnd(outcome: Outcome): outcome is EndOutcome {
  return outcome.kind !== 'retry' && outcome.kind !== 'released';
}

/** How a job ended, from what whoever ran it has settled it with. */
export function endOf(
  { queue, id, name, codec, attempt }: Pick<JobEnd, 'queue' | 'id' | 'name' | 'codec' | 'attempt'>,
  outcome: EndOutcome,
): JobEnd {
  const end = { queue, id, name, codec, attempt };
  switch (outcome.kind) {
    case 'completed':
      return {
        ...end,
        state: 'completed',
        ...(outcome.result === undefined ? {} : { result: outcome.result }),
      };
    case 'failed':
      return { ...end, state: 'failed', error: outcome.error };
    case 'cancelled':
      return { ...end, state: 'cancelled', cancelReason: outcome.reason };
  }
}

export function hasEnded(record: JobEnd): boolean {
  return isFinished(record.state);
}

/**
 * What the handler returned, decoded; `undefined` is not stored and comes back as itself.
 * @param failedParent The job that failed, of one that was cancelled because of it. Default: the first that it depends on.
 * @throws TaskExecutionError for a dead letter, DependencyFailedError or TaskCancelledError for a cancelled job,
 * JobNotFoundError for one that has not ended
 */
export function resultOf(end: JobEnd, codecs: CodecSet, failedParent = end.dependsOn?.[0]?.id): unknown {
  switch (end.state) {
    case 'completed':
      return codecs.decode(end.codec, end.result, end, 'result');
    case 'failed': {
      const record = end.error ?? { name: 'Error', message: 'no error was kept' };
      throw new TaskExecutionError(end.id, end.name, record, { cause: new RemoteTaskError(record) });
    }
    case 'cancelled': {
      const reason = end.cancelReason ?? 'no reason was given';
      if (reason === DEPENDENCY_FAILED) throw new DependencyFailedError(failedParent ?? end.id);
      throw new TaskCancelledError(end.id, reason);
    }
    case 'pending':
    case 'scheduled':
    case 'waiting':
    case 'running':
    case 'retrying':
    default:
      throw new JobNotFoundError(end.id);
  }
}
