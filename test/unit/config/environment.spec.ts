import { describe, expect, it } from 'vitest';
import { OPTION_DEFAULTS, resolveOptions, resolveTaskOptions } from '../../../lib/config/index.js';
import type { Environment, TaskOptions, TasksModuleOptions } from '../../../lib/contract/index.js';
import { InvalidOptionError } from '../../../lib/errors/index.js';

const resolve = (env: Environment, options: TasksModuleOptions = {}) => resolveOptions({ ...options, env });

const problems = (env: Environment, options: TasksModuleOptions = {}): Record<string, string> => {
  try {
    resolve(env, options);
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    return Object.fromEntries(error.issues.map(({ path, message }) => [path, message]));
  }
  return {};
};

describe('An environment variable', () => {
  it('sets a field of a section, typed: numbers, flags, durations, lists, choices', () => {
    const { worker, retry, timeout, logging, role } = resolve({
      TASKS__WORKER__MAX_CONCURRENT_TASKS: '25',
      TASKS__WORKER__AUTO_START: 'false',
      TASKS__WORKER__LEASE: '10s',
      TASKS__WORKER__POLL_INTERVAL: '250',
      TASKS__WORKER__QUEUES: 'urgent, bulk',
      TASKS__RETRY__BACKOFF: 'linear',
      TASKS__TIMEOUT__MAX: '10m',
      TASKS__LOGGING: 'all',
      TASKS__ROLE: 'worker',
    });
    expect(worker).toMatchObject({
      maxConcurrentTasks: 25,
      autoStart: false,
      lease: 10_000,
      pollInterval: 250,
      queues: ['urgent', 'bulk'],
    });
    expect([retry.backoff, timeout.max, logging, role]).toEqual(['linear', 600_000, 'all', 'worker']);
  });

  it.each(['true', 'TRUE', 'yes', 'on', '1'])('is a flag that is set as %s', (text) => {
    expect(resolve({ TASKS__STRICT: text }).strict).toBe(true);
  });

  it('goes before what the code says, field by field, and leaves the options of the code as they were', () => {
    const code = { worker: { workerCount: 2, maxConcurrentTasks: 5 } };
    const { worker } = resolve({ TASKS__WORKER__WORKER_COUNT: '8' }, code);
    expect(worker).toMatchObject({ workerCount: 8, maxConcurrentTasks: 5 });
    expect(code).toEqual({ worker: { workerCount: 2, maxConcurrentTasks: 5 } });
  });

  it('that is empty is not given', () => {
    expect(resolve({ TASKS__WORKER__WORKER_COUNT: '', TASKS__BACKEND__URL: ' ' })).toMatchObject({
      worker: { workerCount: 4 },
      backends: [{ type: 'memory', url: undefined }],
    });
  });

  it('of others is left alone', () => {
    expect(
      problems({ PATH: '/bin', TASKS_HOME: '/tasks', MY__TASKS__X: '1', tasks__worker__lease: 'x' }),
    ).toEqual({});
  });

  const settable = OPTION_DEFAULTS.flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  it.each(settable)('is known: %s', (variable) => {
    const own = variable.replace('<NAME>', 'SOME_ENTRY');
    expect(problems({ [own]: '1' })[own] ?? '').not.toContain('is not a variable');
  });

  it('exists for every option that is data', () => {
    const without = OPTION_DEFAULTS.filter(({ variable }) => variable === undefined).map(({ type }) => type);
    expect(without.filter((type) => /^(?:string|number|boolean|duration|string\[\])$/u.test(type))).toEqual(
      [],
    );
  });
});

describe('A backend by variables', () => {
  it('makes memory a broker without a line of code changed', () => {
    const env = { TASKS__BACKEND__URL: 'redis://broker:6379' };
    expect(resolve({}).backends).toMatchObject([{ type: 'memory' }]);
    expect(resolve(env).backends).toMatchObject([
      { type: 'redis', url: 'redis://broker:6379', primary: true },
    ]);
  });

  it.each([
    ['rediss://broker', 'redis'],
    ['postgresql://db/tasks', 'postgres'],
    ['amqps://broker', 'rabbitmq'],
    ['sqs://region', 'sqs'],
  ])('takes its type from %s unless one is given', (url, type) => {
    expect(resolve({ TASKS__BACKEND__URL: url }).backends[0]?.type).toBe(type);
    expect(resolve({ TASKS__BACKEND__URL: url, TASKS__BACKEND__TYPE: 'own' }).backends[0]?.type).toBe('own');
  });

  it('is meant by its name, whatever its place', () => {
    const { backends } = resolve(
      { TASKS__BACKENDS__MAIN_STORE__URL: 'redis://a', TASKS__BACKENDS__MAILS__OPTIONS__POOL_SIZE: '20' },
      { backends: [{ name: 'mails' }, { name: 'mainStore', primary: true }] },
    );
    expect(backends).toMatchObject([
      { name: 'mails', options: { poolSize: 20 } },
      { name: 'mainStore', url: 'redis://a', primary: true },
    ]);
  });

  it('that no code names is added; the one called primary is the primary one', () => {
    const { backends } = resolve({
      TASKS__BACKENDS__MAILS__URL: 'amqp://b',
      TASKS__BACKENDS__PRIMARY__URL: 'redis://a',
    });
    expect(backends.map(({ name, primary }) => [name, primary])).toEqual([
      ['primary', true],
      ['mails', false],
    ]);
  });

  it('must say which is the primary one where nobody can know', () => {
    const env = { TASKS__BACKENDS__A__URL: 'redis://a', TASKS__BACKENDS__B__URL: 'redis://b' };
    expect(problems(env)['TASKS__BACKENDS']).toContain(
      'Set TASKS__BACKENDS__A__PRIMARY or TASKS__BACKENDS__B__PRIMARY',
    );
    expect(
      resolve({ ...env, TASKS__BACKENDS__B__PRIMARY: 'true' }).backends.map(({ primary }) => primary),
    ).toEqual([false, true]);
  });

  it('gives options of its own as JSON, or as text where that is none', () => {
    const env = {
      TASKS__BACKEND__OPTIONS: '{"keyPrefix":"a:","tls":false}',
      TASKS__BACKEND__OPTIONS__KEY_PREFIX: 'b:',
      TASKS__BACKEND__OPTIONS__PASSWORD: '"12345"',
    };
    expect(resolve(env).backends[0]?.options).toEqual({ keyPrefix: 'b:', tls: false, password: '12345' });
  });
});

describe('A queue by variables', () => {
  const named = (env: Environment, options: TasksModuleOptions, name: string, surroundings = {}) =>
    resolveOptions({ ...options, env }, surroundings).queues.find((queue) => queue.name === name);

  it('is meant by its name, however it is spelled', () => {
    const env = {
      TASKS__QUEUES__NIGHT_EXPORTS__CONCURRENCY: '2',
      TASKS__QUEUES__NIGHT_EXPORTS__RATE_LIMIT__PER: '2s',
    };
    const queues = [{ name: 'nightExports', maxSize: 5, rateLimit: { limit: 1, per: '1s' } }];
    expect(named(env, { queues }, 'nightExports')).toMatchObject({
      maxSize: 5,
      concurrency: 2,
      rateLimit: { limit: 1, per: 2_000 },
    });
    expect(queues[0]?.rateLimit.per).toBe('1s');
  });

  it('that a feature brings keeps what the feature says of it', () => {
    const surroundings = {
      features: [
        { importer: 'A', queues: [{ name: 'reports', maxSize: 7 }] },
        { importer: 'B', queues: ['reports'] },
      ],
    };
    const env = { TASKS__QUEUES__REPORTS__CONCURRENCY: '3' };
    expect(named(env, {}, 'reports', surroundings)).toMatchObject({ maxSize: 7, concurrency: 3 });
  });

  it('that no code declares has the name by which a class asks for it, else with dashes', () => {
    const env = { TASKS__QUEUES__NIGHT_EXPORTS__CONCURRENCY: '2' };
    expect(named(env, {}, 'night_exports', { queueNames: ['night_exports'] })).toMatchObject({
      concurrency: 2,
    });
    expect(named(env, {}, 'night-exports')).toMatchObject({ concurrency: 2 });
    const exact = { ...env, TASKS__QUEUES__NIGHT_EXPORTS__NAME: 'Night.Exports' };
    expect(named(exact, {}, 'Night.Exports')).toMatchObject({ concurrency: 2 });
  });

  it('that the primary backend brings has its limits from there, too', () => {
    expect(named({ TASKS__QUEUES__BULK__CONCURRENCY: '1' }, {}, 'bulk')).toMatchObject({ concurrency: 1 });
  });
});

describe('A task by configuration', () => {
  const task = (given: TaskOptions | string, options: TasksModuleOptions) =>
    resolveTaskOptions(given, 'sendEmail', resolveOptions(options));

  it('has what the options say in place of what its decorator says, key by key', () => {
    const decorated: TaskOptions = {
      name: 'send-email',
      maxRetries: 1,
      priority: 5,
      retry: { delay: '5s', jitter: false },
    };
    const tasks = { 'send-email': { maxRetries: 5, timeout: '1m', queue: 'bulk', retry: { delay: '2s' } } };
    expect(task(decorated, { tasks })).toMatchObject({
      maxRetries: 5,
      timeout: 60_000,
      queue: 'bulk',
      priority: 5,
      retry: { delay: 2_000, jitter: false, maxRetries: 5 },
    });
    expect(task('another', { tasks }).maxRetries).toBe(3);
  });

  it('is capped by timeout.max like any other', () => {
    expect(task('a', { timeout: { max: '30s' }, tasks: { a: { timeout: '1h' } } }).timeout).toBe(30_000);
  });

  it('is due after the delay of the options, whatever moment its decorator names', () => {
    const { delay, scheduleAt } = task(
      { name: 'a', scheduleAt: new Date() },
      { tasks: { a: { delay: '1m' } } },
    );
    expect([delay, scheduleAt]).toEqual([60_000, undefined]);
  });

  it('has its circuit breaker switched on, off, or changed', () => {
    const own = { name: 'a', circuitBreaker: { threshold: 2, cooldown: '1s' } };
    expect(task(own, { tasks: { a: { circuitBreaker: false } } }).circuitBreaker).toBeUndefined();
    expect(task(own, { tasks: { a: { circuitBreaker: true } } }).circuitBreaker).toEqual({
      threshold: 2,
      cooldown: 1_000,
    });
    expect(task(own, { tasks: { a: { circuitBreaker: { threshold: 9 } } } }).circuitBreaker).toEqual({
      threshold: 9,
      cooldown: 1_000,
    });
    expect(task('a', { tasks: { a: { circuitBreaker: {} } } }).circuitBreaker).toMatchObject({
      threshold: 5,
    });
  });

  it.each(['send-email', 'sendEmail', 'send_email', 'send.email'])('is %s by its variables', (name) => {
    const env = {
      TASKS__TASKS__SEND_EMAIL__MAX_RETRIES: '7',
      TASKS__TASKS__SEND_EMAIL__RETRY__DELAY: '9s',
      TASKS__TASKS__SEND_EMAIL__CIRCUIT_BREAKER__THRESHOLD: '4',
    };
    expect(task(name, { env })).toMatchObject({
      maxRetries: 7,
      retry: { delay: 9_000 },
      circuitBreaker: { threshold: 4 },
    });
    expect(task(name, { env, tasks: { [name]: { maxRetries: 1, timeout: '3s' } } })).toMatchObject({
      maxRetries: 7,
      timeout: 3_000,
    });
  });
});

describe('What is wrong with the environment', () => {
  it('is told by the names of the variables, together with what is wrong with the code', () => {
    expect(
      problems(
        {
          TASKS__WORKER__LEASE: '10ms',
          TASKS__WORKER__WORKER_COUNT: 'many',
          TASKS__RETRY__BACKOFF: 'quadratic',
          TASKS__QUEUES__EXPORTS__RATE_LIMIT__LIMIT: '5',
          TASKS__QUEUES__IMPORTS__BACKEND: 'mials',
          TASKS__TASKS__SEND__TIMEOUT: 'soon',
        },
        { payload: { maxSize: 0 } },
      ),
    ).toEqual({
      TASKS__WORKER__LEASE: 'must be at least 1s',
      TASKS__WORKER__WORKER_COUNT: 'must be a number',
      TASKS__RETRY__BACKOFF: "must be 'fixed', 'linear', 'exponential' or a function",
      TASKS__QUEUES__EXPORTS__RATE_LIMIT__PER: expect.stringContaining('duration'),
      TASKS__QUEUES__IMPORTS__BACKEND: expect.stringContaining('is not a backend'),
      TASKS__TASKS__SEND__TIMEOUT: 'must be a duration such as 500ms, 30s, 5m or 1h',
      'payload.maxSize': expect.stringContaining('1 or more'),
    });
  });

  it.each([
    ['TASKS__WORKER__LEESE', 'Did you mean "TASKS__WORKER__LEASE"?'],
    ['TASKS__WROKER__LEASE', 'Did you mean "TASKS__WORKER__LEASE"?'],
    ['TASKS__QUEUES__EXPORTS__CONCURENCY', 'Did you mean "TASKS__QUEUES__EXPORTS__CONCURRENCY"?'],
    ['TASKS__WORKER__LEASE__MS', 'Did you mean "TASKS__WORKER__LEASE"?'],
    ['TASKS__WORKER', 'is a section'],
    ['TASKS__QUEUES__EXPORTS', 'TASKS__QUEUES__EXPORTS__NAME'],
    ['TASKS__CODEC', 'is not a variable'],
    ['TASKS__', 'is not a variable'],
  ])('is a name that nothing has: %s', (variable, message) => {
    expect(problems({ [variable]: '5' })[variable]).toContain(message);
  });

  it('is a short form beside several backends', () => {
    expect(problems({ TASKS__BACKEND__URL: 'redis://a' }, { backends: [{ name: 'a' }] })).toEqual({
      TASKS__BACKEND: 'cannot be given together with `backends`',
    });
  });

  it('is never told with what a variable holds: it may be a secret in the wrong place', () => {
    const secret = 'redis://:hunter2@broker/0';
    const variables = OPTION_DEFAULTS.flatMap(({ variable = 'TASKS__NONE' }) => [
      variable.replace('<NAME>', 'SOME'),
    ]);
    for (const variable of [...variables, 'TASKS__WORKER', 'TASKS__WRONG']) {
      expect(JSON.stringify(problems({ [variable]: secret }))).not.toContain('hunter2');
    }
  });

  it('cannot reach a prototype', () => {
    resolve({ TASKS__BACKEND__OPTIONS: '{"__proto__":{"polluted":true}}' });
    expect(problems({ TASKS__TASKS____PROTO____QUEUE: 'x', TASKS____PROTO____X: 'x' })).not.toEqual({});
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
