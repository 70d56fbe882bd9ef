import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { InvalidOptionError, TaskError } from '../../../lib/errors/index.js';
import { resolveMetricsOptions, type TasksMetricsOptions } from '../../../lib/metrics/metrics-options.js';
import { TasksMetricsModule } from '../../../lib/metrics/index.js';

function refusal(options: unknown): TaskError {
  try {
    resolveMetricsOptions(options as TasksMetricsOptions);
  } catch (error) {
    return error as TaskError;
  }
  throw new Error(`These were taken: ${JSON.stringify(options)}`);
}

describe('The options of metrics', () => {
  it('have a default each', () => {
    const { wait, run, ...others } = resolveMetricsOptions({});
    expect(others).toEqual({
      registry: undefined,
      prefix: 'tasks_',
      processMetrics: false,
      maxTasks: 200,
      scrapeTimeout: 2_000,
      lease: 30_000,
    });
    expect([wait[0], wait.at(-1), run[0], run.at(-1)]).toEqual([0.005, 3600, 0.005, 300]);
  });

  it.each([
    { registry: new Registry() },
    { registry: 'default' },
    { prefix: '_shop_2_' },
    { maxTasks: 1 },
    { maxTasks: 10_000 },
    { waitBuckets: [0.001] },
    { runBuckets: Array.from({ length: 50 }, (_, place) => place + 1) },
    { scrapeTimeout: '1ms' },
    { lease: '1s' },
  ] as TasksMetricsOptions[])('take what is just within their bounds: %j', (options) => {
    expect(() => resolveMetricsOptions(options)).not.toThrow();
  });

  it.each([
    [{ registry: {} }, 'metrics.registry', "must be a Registry of prom-client or 'default'"],
    [{ registry: null }, 'metrics.registry', "must be a Registry of prom-client or 'default'"],
    [{ registry: 'global' }, 'metrics.registry', "must be a Registry of prom-client or 'default'"],
    [{ prefix: '' }, 'metrics.prefix', 'must be letters, digits and _, and begin with no digit'],
    [{ prefix: '2_' }, 'metrics.prefix', 'must be letters, digits and _, and begin with no digit'],
    [{ prefix: 'my-app_' }, 'metrics.prefix', 'must be letters, digits and _, and begin with no digit'],
    [{ prefix: 5 }, 'metrics.prefix', 'must be letters, digits and _, and begin with no digit'],
    [{ maxTasks: 0 }, 'metrics.maxTasks', 'must be a whole number, 1 to 10000'],
    [{ maxTasks: 10_001 }, 'metrics.maxTasks', 'must be a whole number, 1 to 10000'],
    [{ maxTasks: 1.5 }, 'metrics.maxTasks', 'must be a whole number, 1 to 10000'],
    [{ waitBuckets: [] }, 'metrics.waitBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [{ waitBuckets: [0, 1] }, 'metrics.waitBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [{ waitBuckets: [1, 1] }, 'metrics.waitBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [{ runBuckets: [2, 1] }, 'metrics.runBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [{ runBuckets: [1, Infinity] }, 'metrics.runBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [{ runBuckets: [Number.NaN] }, 'metrics.runBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [{ runBuckets: 5 }, 'metrics.runBuckets', 'must be 1 to 50 ascending numbers above 0'],
    [
      { runBuckets: Array.from({ length: 51 }, (_, place) => place + 1) },
      'metrics.runBuckets',
      'must be 1 to 50 ascending numbers above 0',
    ],
    [{ scrapeTimeout: 0 }, 'metrics.scrapeTimeout', 'must be at least 1 ms'],
    [{ lease: 999 }, 'metrics.lease', 'must be at least 1 s'],
  ])('refuse %j, and say what would do', (options, path, message) => {
    const error = refusal(options);
    expect(error.code).toBe('TASKS_INVALID_OPTION');
    expect((error as InvalidOptionError).issues).toEqual([{ path, message }]);
  });

  it('tell all that is wrong at once', () => {
    const error = refusal({ prefix: '-', maxTasks: 0, lease: 1 }) as InvalidOptionError;
    expect(error.issues.map(({ path }) => path)).toEqual([
      'metrics.prefix',
      'metrics.maxTasks',
      'metrics.lease',
    ]);
  });

  it('say which option was meant by one that there is not', () => {
    expect(refusal({ maxTask: 5 }).message).toContain('maxTasks');
    expect(() => TasksMetricsModule.forRoot({ guard: [] } as never)).toThrow(/guards/);
  });

  it('refuse what is no duration by a code of its own', () => {
    expect(refusal({ scrapeTimeout: 'soon' })).toMatchObject({
      code: 'TASKS_INVALID_DURATION',
      message: expect.stringContaining('metrics.scrapeTimeout'),
    });
  });
});
