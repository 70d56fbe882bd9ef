import { isInstance, TaskError } from '../errors/index.js';

/** Runs `body`; an error of ours that it throws is told to be about `where`, in its message and its stack. */
export function locating<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (isInstance(error, TaskError)) {
      const { message, stack } = error;
      error.message = `${where}: ${message}`;
      if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
    }
    throw error;
  }
}
