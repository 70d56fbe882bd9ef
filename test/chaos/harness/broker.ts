import type { NamedBackendOptions } from 'nestjs-tasks';
import type { ChaosProxy } from './chaos-proxy.js';

/** A call of a backend, as it can be seen on the line. */
export type BackendCall = 'enqueue' | 'claim' | 'extend';

/** The way of a call to who answers it. */
export interface Line {
  readonly proxy: ChaosProxy;
  /** What the call looks like, as it goes over the line. */
  readonly request: RegExp;
}

/** How a process reaches the broker: with all others, alone, or straight to the server, which nothing befalls. */
export type Way = 'proxy' | 'apart' | 'server';

/** What the harness needs of a kind of broker: one object a kind, and all suites run on it. */
export interface BrokerKind {
  readonly name: string;
  /** Jobs that producers enqueue in a second. */
  readonly rate: number;
  /** Starts a server of the run's own. */
  start(options: BrokerOptions): Promise<ChaosBroker>;
}

export interface BrokerOptions {
  /** Whether what it has acknowledged outlives it, at whatever price. Default: not. */
  readonly isDurable?: boolean | undefined;
  /** How long a call of a backend waits for an answer, in ms. */
  readonly commandTimeout: number;
  /** More of the backend's options. */
  readonly backend?: Readonly<Record<string, unknown>> | undefined;
}

/** How long calls of the one wait that looks on, in ms: it is not what is tried. */
export const PATIENCE_MS = 20_000;

/** Instead of all that kinds say, for a machine that does other things too. */
const GIVEN_RATE = process.env['TASKS_CHAOS_RATE'];

/** Jobs a second, where a run says nothing else. */
export const rateOf = ({ rate }: Pick<BrokerKind, 'rate'>): number =>
  GIVEN_RATE === undefined ? rate : Number(GIVEN_RATE);

/** How much a broker holds. */
export interface Footprint {
  /** Of memory, or of files. */
  readonly bytes: number;
  /** Keys, or rows. */
  readonly entries: number;
}

/** What runs now, as the broker has it. */
export interface Held {
  /** Jobs whose lease is over, and that nobody has looked at since. Nothing, where another server keeps the leases. */
  readonly overdue: number | undefined;
  /** Ids that run without a lease, or without somebody who has it; and those that have a lease and do not run. */
  readonly unheld: readonly string[];
}

/** One private server, and what can be done to it. Everything that is done proves that it was done, or throws. */
export interface ChaosBroker {
  /** Between processes and the server. */
  readonly proxy: ChaosProxy;
  /** Between the first worker and all servers that it needs: it can be parted from them alone. */
  readonly apart: readonly ChaosProxy[];
  /** Whether a server without room goes on with what fits into what it has: pages of which something was swept, on PostgreSQL. */
  readonly takesWhatFits: boolean;
  /** The options of the backend, the last one, and of those that it needs. */
  backends(by?: Way): readonly NamedBackendOptions[];
  /** Where a call goes, and how it looks like there. */
  lineOf(call: BackendCall): Line;
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
  /** Looks, and changes nothing: who calls a backend takes back what is overdue. */
  held(): Promise<Held>;
  /** Ids that lie in more than one container, or in none. */
  misplaced(): Promise<string[]>;
  /** What it holds now, once it has given back what it can. */
  footprint(): Promise<Footprint>;
  stop(): Promise<void>;
}
