import { describe, expect, it } from 'vitest';
import { BUILT_IN_BACKENDS } from '../../../lib/backends/index.js';
import { resolveOptions } from '../../../lib/config/index.js';
import type { Environment, TasksModuleOptions } from '../../../lib/contract/index.js';
import { InvalidOptionError } from '../../../lib/errors/index.js';

function problemsOf(options: unknown, processEnv: Environment = {}): string[] {
  try {
    resolveOptions(options as TasksModuleOptions, { processEnv, backendFactories: BUILT_IN_BACKENDS });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('A mistyped key gets the nearest one', () => {
  it.each([
    [
      'of a task',
      { tasks: { 'send-email': { maxretries: 3 } } },
      'tasks.send-email.maxretries',
      'maxRetries',
    ],
    ['of its retry', { tasks: { a: { retry: { dely: 3 } } } }, 'tasks.a.retry.dely', 'delay'],
    [
      'of its breaker',
      { tasks: { a: { circuitBreaker: { treshold: 3 } } } },
      'tasks.a.circuitBreaker.treshold',
      'threshold',
    ],
    ['of a section', { retry: { dely: 3 } }, 'retry.dely', 'delay'],
    ['of an entry', { queues: [{ name: 'a', maxsize: 3 }] }, 'queues.0.maxsize', 'maxSize'],
  ])('%s', (_, options, path, nearest) => {
    expect(problemsOf(options)).toEqual([`${path}: is not an option. Did you mean "${nearest}"?`]);
  });
});

describe('What is wrong is said in words that need no knowledge of a library', () => {
  it.each([
    [{ worker: null }, 'worker: must be an object; leave it out for its defaults'],
    [{ retry: 'fast' }, 'retry: must be an object; leave it out for its defaults'],
    [{ backend: 'redis' }, 'backend: must be an object; leave it out for its defaults'],
    [
      { enhancers: { globals: ['guard'] } },
      "enhancers.globals.0: must be 'guards' or 'interceptors' or 'pipes' or 'filters'",
    ],
    [
      { tasks: { a: { circuitBreaker: 'on' } } },
      'tasks.a.circuitBreaker: must be true, false or { threshold?, cooldown? }',
    ],
    [
      { tasks: { 'a b': {} } },
      'tasks.a b: as a name must be 1 to 128 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit',
    ],
    [
      { queues: [{ name: 'a', rateLimit: { limit: 1 } }] },
      'queues.0.rateLimit.per: is missing: give a duration such as 30s or 1m',
    ],
    [
      { timeout: { default: '10s', max: '5s' } },
      'timeout.default: is longer than `timeout.max`, which caps it',
    ],
    [
      { worker: { queues: [] } },
      "worker.queues: names no queue: leave it out to serve all, or say `role: 'producer'` to serve none",
    ],
    [
      { backend: { url: 'localhost:6379' } },
      'backend.url: does not say of what broker it is the address: begin it with redis:// or the like, or give a `type`',
    ],
  ])('%j', (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });

  it('of a cap that is shorter than the default of the package: nothing is wrong', () => {
    expect(problemsOf({ timeout: { max: '5s' } })).toEqual([]);
  });
});

describe('What is wrong with backends is told with all other problems', () => {
  it.each([
    [
      'a type that does not exist',
      { backend: { type: 'reddis' }, worker: { workerCount: 0 } },
      'backend.type: there is no type "reddis" of backend. Known: memory, redis, postgres, rabbitmq. Did you mean "redis"?',
    ],
    [
      'a url of one',
      { backend: { url: 'kafka://broker' }, worker: { workerCount: 0 } },
      'backend.url: there is no type "kafka" of backend. Known: memory, redis, postgres, rabbitmq.',
    ],
    [
      "a backend's own options",
      { backend: { type: 'redis', url: 'localhost:6379' }, worker: { workerCount: 0 } },
      'backend.url: must begin with redis:// or rediss://: write redis://host:6379/0',
    ],
  ])('%s', (_, options, problem) => {
    expect(problemsOf(options)).toEqual(['worker.workerCount: must be a whole number, 1 to 10000', problem]);
  });

  it('those of several at once, by the variable where one said it', () => {
    const backends = [
      { name: 'one', type: 'redis', options: { prefx: 'a' } },
      { name: 'two', type: 'redis' },
    ];
    expect(problemsOf({ backends }, { TASKS__BACKENDS__TWO__URL: 'http://cache' })).toEqual([
      'backends.0.options.prefx: is not an option. Did you mean "prefix"?',
      'TASKS__BACKENDS__TWO__URL: must begin with redis:// or rediss://, not http://',
    ]);
  });

  it('those of a type of the app, where its factory says them', () => {
    const factory = Object.assign(() => Promise.reject(new Error('not made')), {
      check: () => [{ path: 'options.region', message: 'is missing' }],
    });
    const options = { backendTypes: { sqs: factory }, backend: { type: 'sqs' }, role: 'none' };
    expect(problemsOf(options)).toContain('backend.options.region: is missing');
  });

  it('not at all where nothing runs', () => {
    expect(problemsOf({ enabled: false, backend: { type: 'reddis' }, role: 'none' })).toHaveLength(1);
  });
});

describe('Variables that make no sense are refused by their names', () => {
  it.each([
    [
      { TASKS__BACKEND__TYPE: 'redis', TASKS__BACKEND__OPTIONS: '{bad' },
      'TASKS__BACKEND__OPTIONS: must be an object in JSON; its single fields have variables of their own, such as TASKS__BACKEND__OPTIONS__PREFIX.',
    ],
    [
      { TASKS__QUEUES__EXPORTS__RATE_LIMIT__LIMIT: '5' },
      'TASKS__QUEUES__EXPORTS__RATE_LIMIT__PER: is missing: give a duration such as 30s or 1m',
    ],
    [
      { TASKS__TASKS__MAIL__CIRCUIT_BREAKER: 'false', TASKS__TASKS__MAIL__CIRCUIT_BREAKER__THRESHOLD: '3' },
      'TASKS__TASKS__MAIL__CIRCUIT_BREAKER__THRESHOLD: cannot be given together with TASKS__TASKS__MAIL__CIRCUIT_BREAKER=false',
    ],
    [
      { TASKS__QUEUES__exports__CONCURRENCY: '3' },
      'TASKS__QUEUES__exports__CONCURRENCY: is not a variable. Did you mean "TASKS__QUEUES__EXPORTS__CONCURRENCY"?',
    ],
    [
      { TASKS__QUEUES__A__NAME: 'exports', TASKS__QUEUES__B__NAME: 'exports' },
      'TASKS__QUEUES__B__NAME: sets the same entry as the variables with A in the place of B: write one of the two',
    ],
    [
      { TASKS__WORKER__QUEUES: ',' },
      "TASKS__WORKER__QUEUES: names no queue: leave it out to serve all, or say `role: 'producer'` to serve none",
    ],
  ])('%j', (env, problem) => {
    expect(problemsOf({}, env)).toEqual([problem]);
  });

  it('a queue to serve that nobody declares, too', () => {
    expect(problemsOf({}, { TASKS__WORKER__QUEUES: 'blk' })).toEqual([
      'TASKS__WORKER__QUEUES: Queue "blk" is not declared. Known: urgent, default, bulk. Did you mean "bulk"?',
    ]);
  });

  it('a breaker that is on takes its settings', () => {
    const env = {
      TASKS__TASKS__MAIL__CIRCUIT_BREAKER: 'true',
      TASKS__TASKS__MAIL__CIRCUIT_BREAKER__THRESHOLD: '3',
    };
    expect(problemsOf({}, env)).toEqual([]);
  });
});
