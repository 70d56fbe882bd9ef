import { didYouMean } from '../config/index.js';
import type { FilterDoubt } from '../events/index.js';
import type { ListenedTask } from '../handlers/index.js';

/** A listener that waits for a task of which this process knows nothing. */
export interface DeafListener {
  readonly message: string;
  /** Whether the task that is meant can be guessed. */
  readonly isNear: boolean;
}

/** @param known Names of all tasks that this process runs, or calls through a client. */
export function deafListeners(
  listened: readonly ListenedTask[],
  known: ReadonlySet<string>,
): readonly DeafListener[] {
  return listened
    .filter(({ task }) => !known.has(task))
    .map(({ label, task }) => {
      const nearest = didYouMean(task, known);
      return {
        message: `${label}: @OnTaskEvent() waits for the task "${task}", which this process does not know.${nearest}`,
        isNear: nearest !== '',
      };
    });
}

/** What filters of an app may name. */
export interface KnownNames {
  /** Names of queues, as events carry them. */
  readonly queues: () => readonly string[];
  /** The name that events carry of a queue that is declared; undefined of one that is not. */
  readonly ownName: (queue: string) => string | undefined;
  /** Names of tasks; a function may be registered with another one later. */
  readonly tasks: () => readonly string[];
}

/** A filter of `TaskEvents.on()` with a name that no event will carry: a warning, since nothing says that it must be there already. */
export function filterDoubts({ queues, ownName, tasks }: KnownNames): FilterDoubt {
  return ({ queue, task }) => {
    const own = queue === undefined ? undefined : ownName(queue);
    if (queue !== undefined && own === undefined) {
      return `queue "${queue}" is not declared, so no event will come.${didYouMean(queue, queues())}`;
    }
    if (own !== queue)
      return `events of queue "${queue}" carry its other name, "${own}"; no event will come.`;
    const nearest = task === undefined || tasks().includes(task) ? '' : didYouMean(task, tasks());
    return nearest === '' ? undefined : `this process does not know the task "${task}".${nearest}`;
  };
}
