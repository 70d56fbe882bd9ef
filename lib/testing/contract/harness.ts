import type { FastCheckLibrary } from '../property/fast-check-library.js';
import type { Capabilities, Feature, Ms, TaskBackend, Transaction } from '../../contract/index.js';

/**
 * What the suite asks of a test runner, as vitest, jest and `node:test` have it. It asserts with `node:assert`, so
 * nothing else of the runner is used.
 *
 * @example
 * import { afterAll, beforeAll, describe, it } from 'vitest';
 * const runner = { describe, it, beforeAll, afterAll };
 * @example
 * import { after, before, describe, it } from 'node:test';
 * const runner = { describe, it, beforeAll: before, afterAll: after };
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: DefineRunnerTest;
  readonly beforeAll: (body: () => Promise<void>) => unknown;
  readonly afterAll: (body: () => Promise<void>) => unknown;
}

export interface DefineRunnerTest {
  (name: string, body: () => Promise<void>, timeout?: number): unknown;
  /** Shows a test that cannot run here, instead of leaving it out in silence. */
  readonly skip: (name: string, body: () => Promise<void>) => unknown;
}

/** How the suite gets at a backend. */
export interface BackendHarness {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Features that the backend says it does not have; it must have every other. Default: none. */
  readonly unsupported?: readonly Feature[];
  /** Whether other processes see the same queues. Default: `process`. */
  readonly scope?: Capabilities['scope'];
  /**
   * Time cannot be moved: the suite waits, 2.5 seconds a test at most, and shows the few tests of hours and days as
   * skipped. Left out where what `create` makes brings `advance`.
   */
  readonly realTime?: true;
  /** Makes a backend with a store of its own: nothing of an earlier one is in it. */
  readonly create: () => Promise<BackendUnderTest>;
  /** The library fast-check: with it the model of the contract is played as well, as `testTaskBackendModel` does. */
  readonly fc?: FastCheckLibrary;
  /** Makes every choice of the suite. Default: `TASKS_TEST_SEED`, or a new one; shown in the name of the suite. */
  readonly seed?: number | undefined;
  /** Of the model's sequences, the share that is played where a call takes milliseconds. Default 1. */
  readonly shareOfRuns?: number | undefined;
}

/** One backend, made for the suite and not opened yet. */
export interface BackendUnderTest {
  readonly backend: TaskBackend;
  /** Moves the store's time on; nothing else may move it then. Left out with `realTime`. */
  readonly advance?: (ms: Ms) => Promise<void>;
  /**
   * Where a broker carries what has come due to whoever claims it or waits for it: how long it may be on its way. The suite waits for it that long at
   * most, and goes on when it is there. Default 0: what is due can be claimed at once.
   */
  readonly arrivesWithin?: Ms | undefined;
  /** Another client of the same store, not opened, as a second process would have it. For scope `fleet`. */
  readonly connect?: () => Promise<TaskBackend>;
  /** A transaction on the store. For the feature `transactions`. */
  readonly begin?: () => Promise<TestTransaction>;
  /** Timers and connections that the backend holds now: 0 once it is closed. */
  readonly handles?: () => number;
  /** Called once, after the backend is closed: drops whatever is left in the store. */
  readonly dispose?: () => Promise<void>;
}

export interface TestTransaction {
  readonly tx: Transaction;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<void>;
}
