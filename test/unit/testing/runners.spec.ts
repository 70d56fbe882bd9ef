import { after, before, describe as nodeDescribe, it as nodeIt } from 'node:test';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { TestRunner } from 'nestjs-tasks/testing';

describe('a test runner for the suite', () => {
  it('can be vitest', () => {
    const runner: TestRunner = { describe, it, beforeAll, afterAll };
    expect(runner.it.skip).toBeTypeOf('function');
  });

  it('can be the one of Node', () => {
    const runner: TestRunner = {
      describe: nodeDescribe,
      it: nodeIt,
      beforeAll: before,
      afterAll: after,
    };
    expect(runner.it.skip).toBeTypeOf('function');
  });

  it('must be able to show what it skips', () => {
    expectTypeOf<() => void>().not.toExtend<TestRunner['it']>();
  });
});
