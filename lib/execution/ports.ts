import type {
  CustomBackoff,
  Ms,
  Outcome,
  Payload,
  PayloadPart,
  PayloadSubject,
  RunNote,
  Settlement,
  TaskContext,
  TaskEvent,
  TaskEventType,
  TaskMiddlewareType,
  TaskSchema,
  Transaction,
  Verdict,
} from '../contract/index.js';
import type { WorkProbes } from '../events/index.js';

/** How a failed run is answered; every field is filled in. */
export interface RetryRules {
  readonly backoff: 'fixed' | 'linear' | 'exponential' | CustomBackoff;
  readonly delay: Ms;
  readonly maxDelay: Ms;
  readonly jitter: boolean;
  readonly shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
}

/** A handler as the executor needs it. */
export interface RunnableTask {
  readonly name: string;
  readonly options: {
    readonly timeout: Ms;
    readonly schema?: TaskSchema | undefined;
    readonly retry: RetryRules;
    readonly circuitBreaker?: { readonly threshold: number; readonly cooldown: Ms } | undefined;
  };
  readonly invoke: (payload: unknown, ctx: TaskContext) => unknown;
  readonly handlerClass?: (abstract new (...args: never[]) => unknown) | undefined;
  readonly handlerMethod?: string | undefined;
  readonly middleware: readonly TaskMiddlewareType[];
}

/** Where handlers are looked up, at each run, so that one added late is found. */
export interface TaskLookup {
  get(name: string): RunnableTask | undefined;
  /** What is probably meant by a name that is not there, as a sentence. */
  suggestion?(name: string): string | undefined;
}

/** Where events go. `wants` is asked first: no event object is made where nobody listens. */
export interface EventSink {
  wants(type: TaskEventType): boolean;
  emit(event: TaskEvent): void;
  /** Who watches without an event object. Default: nobody. */
  readonly probes?: WorkProbes;
}

/**
 * Decodes what a job carries and encodes what its handler returns, both by the name of the codec that the job was
 * enqueued with: that name is all that a reader of the result has.
 */
export interface Codecs {
  encode(value: unknown, subject: PayloadSubject, part: PayloadPart, codec: string): Payload | undefined;
  decode(codec: string, payload: Payload | undefined, subject: PayloadSubject, part: PayloadPart): unknown;
}

/** What a run says to its backend while it goes on. */
export interface RunRecorder {
  record(note: RunNote): Promise<Verdict>;
}

/** Settles one run within a transaction of its handler's. */
export interface RunSettler {
  /**
   * @returns `applied` when the commit will settle it
   * @throws UnsupportedOperationError where no caller can have a transaction
   */
  settleWithin(settlement: Settlement, tx: Transaction): Promise<Verdict>;
}

/** Whose slot a run takes. */
export interface RunOwner {
  readonly id: string;
  /** The run has ended and its slot is free again. */
  end(duration: Ms, failed: boolean): void;
  /** The slot is free again, and nothing was run in it. */
  vacate(): void;
}

/** Who is told how a run ended, once. */
export interface RunSink<R> {
  /** The outcome has to be settled. */
  settled(run: R, outcome: Outcome): void;
  /** The lease is lost: there is nothing to settle. */
  dropped(run: R): void;
}
