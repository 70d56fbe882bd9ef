import { QueueRegistry } from '../../queue/index.js';
import { boot } from './boot.js';
import { lookingOn, lookingOnFromOutside } from './overlays.js';
import type { Target } from './target.js';
import { discoverQueues, TasksSession } from './tasks-session.js';

/** Connects to what commands look at. @throws what the app throws while it boots, and its broker's errors */
export async function openSession(target: Target, isVerbose: boolean): Promise<TasksSession> {
  const isApp = target.kind === 'app';
  const app = await boot(target, { overlay: isApp ? lookingOn : lookingOnFromOutside, isVerbose });
  try {
    const names = isApp ? app.get(QueueRegistry).names() : await discoverQueues(app);
    return new TasksSession(app, isApp, names);
  } catch (error) {
    await app.close();
    throw error;
  }
}
