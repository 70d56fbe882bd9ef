import type { TaskEvent, TaskEventFilter, TaskEventOf, TaskEventType } from '../contract/index.js';

/** Called with each event of its type that passes its filter. What it returns is awaited by nobody but a shutdown. */
export type TaskEventListener<T extends TaskEventType = TaskEventType> = (event: TaskEventOf<T>) => unknown;

/** One registered listener. */
export interface ListenerEntry {
  readonly listener: (event: TaskEvent) => unknown;
  readonly task: string | undefined;
  readonly queue: string | undefined;
  /** For the log when it throws. */
  readonly label: string;
}

export function listenerEntry<T extends TaskEventType>(
  listener: TaskEventListener<T>,
  filter: TaskEventFilter,
  label: string,
): ListenerEntry {
  return {
    listener: listener as (event: TaskEvent) => unknown,
    task: filter.task,
    queue: filter.queue,
    label,
  };
}

export function passes(entry: ListenerEntry, event: TaskEvent): boolean {
  return (
    (entry.task === undefined || entry.task === event.taskName) &&
    (entry.queue === undefined || entry.queue === event.queueName)
  );
}
