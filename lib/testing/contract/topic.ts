import type { Feature, Ms } from '../../contract/index.js';
import type { Stage } from './stage.js';
import type { BackendHarness, BackendUnderTest } from './harness.js';

/** What a test needs beyond what every backend has. */
export interface Needs {
  /** Not defined for a backend without it: `refusals` proves then that the backend says no. */
  readonly feature?: Feature | readonly Feature[];
  /** How much of the store's time goes by; needed only above two seconds. */
  readonly time?: Ms;
}

export interface TopicTest {
  readonly name: string;
  readonly needs: Needs;
  readonly play: Play;
}

/** A test's body. Most need the stage alone. */
export type Play = (stage: Stage, backstage: Backstage) => Promise<void>;

/** What few tests need. */
export interface Backstage {
  readonly harness: BackendHarness;
  /** The backend that all tests share. */
  readonly shared: BackendUnderTest;
  /** Makes one more, for tests that open and close. */
  readonly create: () => Promise<BackendUnderTest>;
}

export interface DefineTest {
  (name: string, play: Play): void;
  (name: string, needs: Needs, play: Play): void;
}

/** One subject of the contract, and the tests that cover it. */
export interface Topic {
  readonly name: string;
  readonly feature: Feature | undefined;
  readonly tests: readonly TopicTest[];
}

/** Writes a topic down; with a feature, all of it needs that feature. */
export function topic(name: string, define: (test: DefineTest) => void, feature?: Feature): Topic {
  const tests: TopicTest[] = [];
  const test: DefineTest = (name: string, ...rest: [Play] | [Needs, Play]) => {
    const [needs, play] = rest.length === 1 ? [{}, rest[0]] : rest;
    tests.push({ name, needs, play });
  };
  define(test);
  return { name, feature, tests };
}
