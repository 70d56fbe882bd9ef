import type { Job } from '../contract/index.js';
import type { TasksSession } from './session/tasks-session.js';

/** A job by its id, on the queues that can be seen from here. @throws what `TaskManager.get` throws */
export async function findJob(session: TasksSession, id: string, queue?: string): Promise<Job | undefined> {
  if (queue !== undefined) return session.queue(queue).get(id);
  if (session.hiddenQueues().length === 0) return session.manager.get(id);
  for (const lane of session.queues()) {
    const job = await lane.get(id);
    if (job !== undefined) return job;
  }
  return undefined;
}
