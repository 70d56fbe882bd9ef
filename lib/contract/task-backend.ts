import type { Clock } from './clock.js';
import type { QueueBackend } from './queue-backend.js';
import type { StateBackend } from './state-backend.js';

/** One broker, as both interfaces. */
export interface TaskBackend {
  readonly queue: QueueBackend;
  readonly state: StateBackend;
}

/** What a backend factory is given. */
export interface TaskBackendOptions {
  /** The entry's name, for messages. */
  readonly name: string;
  readonly type: string;
  readonly url?: string | undefined;
  /** What is the backend's own. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  /** The backend that the entry names with `state`: it keeps the records and the state of one that only moves jobs. It is opened before and closed after. */
  readonly state?: TaskBackend | undefined;
}

/** Makes a backend, unopened. Throws `InvalidBackendError` for options that it cannot use. */
export type TaskBackendFactory = (options: TaskBackendOptions) => TaskBackend | Promise<TaskBackend>;
