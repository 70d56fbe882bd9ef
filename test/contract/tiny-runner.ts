import type { TestRunner } from '../../lib/testing/index.js';

/** What became of one test: `error` is undefined when it passed. */
export interface TestOutcome {
  readonly topic: string;
  readonly name: string;
  readonly error: unknown;
}

interface Group {
  readonly name: string;
  readonly before: (() => Promise<void>)[];
  readonly after: (() => Promise<void>)[];
  readonly steps: (Group | { readonly name: string; readonly body: () => Promise<void> })[];
}

const group = (name: string): Group => ({ name, before: [], after: [], steps: [] });

/**
 * A test runner in forty lines, which runs the suite inside a test and tells what failed. It is also the proof that
 * the suite needs no runner in particular.
 */
export class TinyRunner implements TestRunner {
  private readonly root = group('');
  private current = this.root;
  /** Tests that were shown and not run. */
  readonly skipped: string[] = [];
  private readonly outcomes: TestOutcome[] = [];

  /** @param only the one topic to run. Default: all. */
  constructor(private readonly only?: string) {}

  readonly describe = (name: string, body: () => void): void => {
    const parent = this.current;
    this.current = group(name);
    parent.steps.push(this.current);
    body();
    this.current = parent;
  };

  readonly it = Object.assign(
    (name: string, body: () => Promise<void>): void => {
      this.current.steps.push({ name, body });
    },
    { skip: (name: string): void => void this.skipped.push(name) },
  );

  readonly beforeAll = (body: () => Promise<void>): void => {
    this.current.before.push(body);
  };

  readonly afterAll = (body: () => Promise<void>): void => {
    this.current.after.push(body);
  };

  /** Runs everything, one test after the other. */
  async run(): Promise<TestOutcome[]> {
    await this.runGroup(this.root);
    return this.outcomes;
  }

  private async runGroup(group: Group): Promise<void> {
    for (const hook of group.before) await hook();
    for (const step of group.steps) {
      if ('steps' in step) await this.runGroup(step);
      else if (this.only === undefined || this.only === group.name) {
        this.outcomes.push({ topic: group.name, name: step.name, error: await errorOf(step.body) });
      }
    }
    for (const hook of group.after) await hook();
  }
}

async function errorOf(body: () => Promise<void>): Promise<unknown> {
  try {
    await body();
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown, and yet thrown');
  }
}
