import type { TestRunner } from '../../lib/testing/index.js';

/** Some topics of the suite: those whose name fits. The suite itself has another name and is always there. */
export function onlyTopics(names: RegExp, runner: TestRunner): TestRunner {
  return {
    ...runner,
    describe: (name, body) => {
      if (names.test(name) || name.startsWith('contract of ')) runner.describe(name, body);
    },
  };
}
