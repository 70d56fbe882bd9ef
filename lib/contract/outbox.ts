import type { Ms } from './job-record.js';
import type { NewJob } from './new-job.js';
import type { StateSubscription } from './state-backend.js';
import type { Transaction } from './transaction.js';

/** One job on its way to another broker. */
export interface OutboxEntry {
  readonly id: string;
  /** Nothing: what is kept cannot be read. */
  readonly job: NewJob | undefined;
  /** Since it was added. */
  readonly age: Ms;
}

export interface OutboxTake {
  /** Name of the backend that the jobs are for. */
  readonly backend: string;
  /** Who relays: one at a time for each backend. */
  readonly relay: string;
  /** How long nobody else may, from now. */
  readonly lease: Ms;
  readonly limit: number;
  /** Queues that are left out. */
  readonly without: readonly string[];
}

/** `held: false`: another relays, for `wait` more milliseconds at least. */
export type OutboxTaken =
  | { readonly held: true; readonly entries: readonly OutboxEntry[] }
  | { readonly held: false; readonly wait: Ms };

/** A job that its broker would refuse again and again; it is kept, and not relayed. */
export interface OutboxRefusal {
  readonly id: string;
  readonly reason: string;
}

/** What lies in an outbox for one backend. */
export interface OutboxStatus {
  readonly waiting: number;
  /** Age of the one that waits longest; nothing: none waits. */
  readonly oldest: Ms | undefined;
  readonly refused: number;
}

/**
 * Keeps jobs for other brokers, written in transactions of the application, until they are relayed. Of a backend that has one other
 * backends can name it as their `outbox`.
 */
export interface OutboxStore {
  /** Adds jobs in their order. Seen by nobody before the commit. */
  add(backend: string, jobs: readonly NewJob[], tx: Transaction): Promise<void>;
  /** Becomes, or stays, the one who relays, and gives what is committed and longest there, in the order in which it was added. */
  take(request: OutboxTake): Promise<OutboxTaken>;
  /** Drops what was relayed, and keeps what was refused apart. */
  settle(relayed: readonly string[], refused: readonly OutboxRefusal[]): Promise<void>;
  /** Lets another relay at once. */
  release(backend: string, relay: string): Promise<void>;
  status(backend: string): Promise<OutboxStatus>;
  /** Has what was refused relayed again. @returns how many */
  retry(backend: string): Promise<number>;
  /**
   * Calls back whenever something was committed, and with `isFree` when one who relayed has ended. Too often is fine; where nothing can be
   * pushed, now and then.
   */
  watch(onAvailable: (isFree: boolean) => void): Promise<StateSubscription>;
}
