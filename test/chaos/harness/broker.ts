import type { BackendOptions } from 'nestjs-tasks';
import type { ChaosProxy } from './chaos-proxy.js';

/** A call of a backend, as it can be seen on the line. */
export type BackendCall = 'enqueue' | 'claim' | 'extend';

/** What the harness needs of a kind of broker: one object a kind, and all suites run on it. */
export interface BrokerKind {
  readonly name: string;
  /** Starts a server of the run's own. */
  start(options: BrokerOptions): Promise<ChaosBroker>;
}

export interface BrokerOptions {
  /** Whether what it has acknowledged outlives it, at whatever price. Default: not. */
  readonly isDurable?: boolean | undefined;
  /** How long a call of a backend waits for an answer, in ms. */
  readonly commandTimeout: number;
}

/** One private server, and what can be done to it. Everything that is done proves that it was done, or throws. */
export interface ChaosBroker {
  readonly proxy: ChaosProxy;
  /** The backend's options: through the proxy, or straight to the server. */
  backend(by?: 'proxy' | 'server'): BackendOptions;
  /** How a call looks like on the line. */
  requestOf(call: BackendCall): RegExp;
  /** Cuts every connection from the server's side. @returns how many */
  cutAll(): Promise<number>;
  /** A crash, and a start on what was on disk. */
  crash(): Promise<void>;
  /** An orderly stop, and a start. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Whether it does not answer within so many ms. */
  isSilent(ms: number): Promise<boolean>;
  /** Lets it refuse what would grow (no memory, no disk), or no longer. @returns whether it refuses */
  starve(isStarved: boolean): Promise<boolean>;
  /** What is left that nothing should be left of once all jobs are finished: leases, slots, jobs in line. */
  leftovers(): Promise<string[]>;
  /** Ids that lie in more than one container, or in none. */
  misplaced(): Promise<string[]>;
  memory(): Promise<number>;
  stop(): Promise<void>;
}
