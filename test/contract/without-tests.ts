import type { TestRunner } from '../../lib/testing/index.js';

/** The suite without some of its tests, which are shown as skipped. */
export function withoutTests(names: readonly string[], runner: TestRunner): TestRunner {
  const define = (name: string, body: () => Promise<void>, timeout?: number): unknown =>
    names.includes(name) ? runner.it.skip(name, body) : runner.it(name, body, timeout);
  return { ...runner, it: Object.assign(define, { skip: runner.it.skip }) };
}
