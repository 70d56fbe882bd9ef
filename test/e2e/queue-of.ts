import type { INestApplicationContext } from '@nestjs/common';
import { getQueueToken, type TaskQueue } from 'nestjs-tasks';

/** A queue of the app by its name; without one, the default queue. */
export const queueOf = (app: INestApplicationContext, name?: string): TaskQueue =>
  app.get(getQueueToken(name));
