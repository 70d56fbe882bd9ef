import { expect } from 'vitest';
import type { TestRunner } from '../../lib/testing/index.js';

/**
 * The suite without some of its tests, which are shown as skipped; a name that no test has fails. Whoever leaves a test
 * out proves in its own file what the backend does instead.
 */
export function withoutTests(names: readonly string[], runner: TestRunner): TestRunner {
  const unmet = new Set(names);
  const define = (name: string, body: () => Promise<void>, timeout?: number): unknown => {
    unmet.delete(name);
    return names.includes(name) ? runner.it.skip(name, body) : runner.it(name, body, timeout);
  };
  runner.it('only leaves out tests that the suite has', async () => expect([...unmet]).toEqual([]));
  return { ...runner, it: Object.assign(define, { skip: runner.it.skip }) };
}
