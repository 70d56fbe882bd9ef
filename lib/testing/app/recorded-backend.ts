import type { NewJob, QueueBackend, TaskBackend } from '../../contract/index.js';

/** Told of every job that a backend has taken in, before its caller is. */
export type OnEnqueued = (jobs: readonly NewJob[]) => void | Promise<void>;

/** Lets somebody see what is enqueued on a backend: by calls, and in the settlements of jobs that spawn others. */
export function recorded(backend: TaskBackend, onEnqueued: OnEnqueued): TaskBackend {
  const { queue } = backend;
  const enqueue = queue.enqueue.bind(queue);
  const claim = queue.claim.bind(queue);
  const seen: Pick<QueueBackend, 'enqueue' | 'claim'> = {
    enqueue: async (jobs, options) => {
      const verdicts = await enqueue(jobs, options);
      const taken = jobs.flatMap((job, place) => {
        const verdict = verdicts[place];
        // One that was there already is not enqueued again; one that took the place of another is.
        const isTaken = verdict?.status === 'created' || verdict?.status === 'replaced';
        return isTaken ? [{ ...job, id: verdict.id }] : [];
      });
      if (taken.length > 0) await onEnqueued(taken);
      return verdicts;
    },
    claim: async (request) => {
      const answer = await claim(request);
      const spawned = (request.settle ?? []).flatMap(({ enqueue: jobs = [] }, place) =>
        answer.verdicts[place] === 'applied' ? jobs : [],
      );
      if (spawned.length > 0) await onEnqueued(spawned);
      return answer;
    },
  };
  return { ...backend, queue: Object.assign(queue, seen) };
}
