import { describe, expect, it } from 'vitest';
import { resolveFeatureQueues, resolveOptions } from '../../../lib/config/index.js';
import { InvalidOptionError } from '../../../lib/errors/index.js';

const app = resolveOptions({
  backends: [{ name: 'main' }, { name: 'mails' }],
  queues: [{ name: 'exports', concurrency: 2 }],
});

describe('resolveFeatureQueues', () => {
  it('puts a bare name on the primary backend', () => {
    expect(resolveFeatureQueues(['reports'], app)).toMatchObject([
      { name: 'reports', backend: 'main', brokerName: 'reports', middleware: [] },
    ]);
  });

  it('keeps limits and the backend that is named', () => {
    expect(resolveFeatureQueues([{ name: 'alerts', backend: 'mails', maxSize: 5 }], app)).toMatchObject([
      { name: 'alerts', backend: 'mails', maxSize: 5 },
    ]);
  });

  it('takes a bare name that is declared already for that queue', () => {
    expect(resolveFeatureQueues(['exports'], app)).toMatchObject([{ name: 'exports', concurrency: 2 }]);
    expect(resolveFeatureQueues(['main'], app)).toMatchObject([{ name: 'default', alias: 'main' }]);
  });

  it.each([
    ['a hostile name', ["'; DROP"], 'queues.0.name'],
    ['an unknown backend', [{ name: 'a', backend: 'mail' }], 'queues.0.backend'],
    ['limits of a queue that is declared already', [{ name: 'exports', maxSize: 1 }], 'queues.0.name'],
    ['an unknown key', [{ name: 'a', maxsize: 1 }], 'queues.0.maxsize'],
    ['no list', 'reports', 'queues'],
  ])('refuses %s', (_what, queues, path) => {
    expect(() => resolveFeatureQueues(queues as never, app)).toThrow(
      expect.objectContaining({ code: 'TASKS_INVALID_OPTION', issues: [expect.objectContaining({ path })] }),
    );
  });

  it('tells every unknown backend at once', () => {
    const queues = [
      { name: 'a', backend: 'x' },
      { name: 'b', backend: 'y' },
    ];
    expect(() => resolveFeatureQueues(queues, app)).toThrow(InvalidOptionError);
    expect(() => resolveFeatureQueues(queues, app)).toThrow(/queues\.0[^]*queues\.1/u);
  });
});
