import type { Ms } from '../../contract/index.js';
import { didYouMean } from '../../config/index.js';
import { refuse } from '../exit-codes.js';
import type { OptionsOverlay } from '../../module/index.js';

/** What the command line says in the place of the app's configuration. */
export interface WorkerChoice {
  readonly queues?: readonly string[];
  /** Jobs at once in each process. */
  readonly concurrent?: number;
  readonly interval?: Ms;
  readonly shutdownTimeout?: Ms;
}

/** The app as a process that runs jobs, whatever its role is elsewhere. */
export const asWorker =
  ({ queues, concurrent, interval, shutdownTimeout }: WorkerChoice): OptionsOverlay =>
  (options) => {
    const ownName = (name: string): string =>
      options.queues.find(({ alias }) => alias === name)?.name ?? name;
    assertThere(
      queues?.map(ownName) ?? [],
      options.queues.map(({ name }) => name),
    );
    return {
      ...options,
      role: 'worker',
      worker: {
        ...options.worker,
        autoStart: true,
        ...(queues === undefined ? {} : { queues: [...new Set(queues.map(ownName))] }),
        ...(concurrent === undefined ? {} : { workerCount: 1, maxConcurrentTasks: concurrent }),
        ...(interval === undefined ? {} : { pollInterval: interval }),
        ...(shutdownTimeout === undefined ? {} : { shutdownTimeout }),
      },
    };
  };

function assertThere(wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  refuse(
    `--queues: the app has no queue "${unknown}".${didYouMean(unknown, known)}`,
    `Its queues are ${known.join(', ')}.`,
  );
}
