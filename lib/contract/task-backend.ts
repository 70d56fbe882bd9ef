import type { Clock } from './clock.js';
import type { OutboxStore } from './outbox.js';
import type { QueueBackend } from './queue-backend.js';
import type { StateBackend } from './state-backend.js';

/** Something of a broker that works and is not as it should be. Never holds a secret. */
export interface BackendFinding {
  /** What it is, in kebab case: stays the same when the message changes. */
  readonly code: string;
  /** `error`: jobs can be lost or stand still. `warning`: worth a look. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what follows from it, in sentences. */
  readonly message: string;
  /** What to do, in sentences. */
  readonly remedy: string;
}

/** One broker, as both interfaces. */
export interface TaskBackend {
  readonly queue: QueueBackend;
  readonly state: StateBackend;
  /** Where its transactions are those of the application: keeps jobs for other brokers until they are committed. Default: it has none. */
  readonly outbox?: OutboxStore | undefined;
  /**
   * The queues that the broker holds, as it calls them; for tools that are given an address and no app. May take long on a broker that
   * holds much else. Default: a tool has to be told them.
   */
  queueNames?(): Promise<readonly string[]>;
  /**
   * Looks at an open broker for what works now and can do harm later. Default: nothing is known to be wrong.
   * @param queues Those that the app declares, as the broker calls them. Default: there is no app that says so.
   */
  diagnose?(queues?: readonly string[]): Promise<readonly BackendFinding[]>;
}

/** What a backend needs of a logger; Nest's `Logger` is one. */
export interface BackendLogger {
  warn(message: string): void;
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
  /** What a user should know of the broker goes there; in an app it is Nest's. Default: a warning of the process. */
  readonly logger?: BackendLogger | undefined;
  /** The backend that the entry names with `state`: it keeps the records and the state of one that only moves jobs. It is opened before and closed after. */
  readonly state?: TaskBackend | undefined;
}

/** Makes a backend, unopened. Throws `InvalidBackendError` for options that it cannot use. */
export interface TaskBackendFactory {
  (options: TaskBackendOptions): TaskBackend | Promise<TaskBackend>;
  /**
   * What is wrong with `url` and `options`, each with its path in the entry (`options.prefix`), so that it is told together with
   * all other problems of the configuration. Makes nothing. Default: what the factory throws is told alone.
   */
  check?(
    options: Pick<TaskBackendOptions, 'name' | 'url' | 'options'>,
  ): readonly { readonly path: string; readonly message: string }[];
}
