import type { EndedJob, JobRef } from '../contract/index.js';
import { RemoteTaskError } from '../errors/index.js';
import type { EventSink } from './event-sink.js';
import type { JobEnd } from './job-end.js';

/** Tells listeners and waiters of jobs that ended inside the store, with nobody in hand of them. */
export function tellEnded(
  ended: readonly EndedJob[] | undefined,
  events: EventSink,
  finished: { readonly hasWaiters: boolean; announce(job: JobRef, end?: JobEnd): void },
): void {
  for (const job of ended ?? []) {
    emitEnded(job, events);
    if (finished.hasWaiters) finished.announce(job);
  }
}

function emitEnded(job: EndedJob, events: EventSink): void {
  const { id, name, queue, worker = '', attempt, error, cancelReason = 'cancelled' } = job;
  const about = { taskId: id, taskName: name, queueName: queue, workerId: worker, attempt };
  if (error === undefined) {
    if (events.wants('cancelled')) events.emit({ type: 'cancelled', ...about, reason: cancelReason });
  } else if (events.wants('failed')) {
    events.emit({ type: 'failed', ...about, error: new RemoteTaskError(error), reason: error });
  }
}
