import { EXIT } from '../exit-codes.js';

/** Set in a process that another one looks after. */
export const SUPERVISED = 'NEST_TASKS_PROCESS';

/**
 * Resolves when this process is told to end: by a signal, or, under a supervisor, by it, or by its death. A second signal ends a process that
 * stands alone at once: its jobs run again when their leases are over.
 */
export function toldToEnd(): Promise<void> {
  const isSupervised = process.env[SUPERVISED] !== undefined;
  return new Promise((resolve) => {
    let isTold = false;
    const onSignal = (): void => {
      if (isTold && !isSupervised) process.exit(EXIT.failed);
      isTold = true;
      resolve();
    };
    process.on('SIGTERM', onSignal);
    // A terminal sends it to the whole group; the supervisor passes it on.
    process.on('SIGINT', isSupervised ? () => undefined : onSignal);
    if (isSupervised) process.on('disconnect', onSignal);
  });
}

/** Tells the supervisor, where there is one, that the app has started. One that has just died is told of by `disconnect`. */
export function tellUp(): void {
  // Without a callback the closed channel is an uncaught error, and the worker died of it instead of draining.
  process.send?.('up', undefined, undefined, () => undefined);
}
