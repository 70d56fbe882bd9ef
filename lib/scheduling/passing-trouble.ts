import { isInstance, TaskError } from '../errors/index.js';

const PASSING: readonly string[] = ['TASKS_BACKEND_UNAVAILABLE', 'TASKS_QUEUE_FULL', 'TASKS_CLOSED'];

/** Whether what was refused may be accepted later as it is. */
export const isPassing = (error: unknown): boolean =>
  isInstance(error, TaskError) && PASSING.includes(error.code);
