import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../../../lib/codecs/index.js';
import { checkWorkerQueues, resolveOptions } from '../../../lib/config/index.js';
import { systemClock, type PayloadCodec } from '../../../lib/contract/index.js';
import { InvalidOptionError } from '../../../lib/errors/index.js';

const problems = (options: unknown): Record<string, string> => {
  try {
    resolveOptions(options as never);
  } catch (error) {
    if (error instanceof InvalidOptionError) {
      return Object.fromEntries(error.issues.map(({ path, message }) => [path, message]));
    }
    throw error;
  }
  throw new Error('The options were accepted.');
};

describe('resolveOptions without options', () => {
  const resolved = resolveOptions();

  it('has one memory backend, the primary one', () => {
    expect(resolved.backends).toEqual([
      { name: 'memory', primary: true, type: 'memory', url: undefined, queueName: 'default', options: {} },
    ]);
  });

  it('has the queues urgent, default and bulk', () => {
    expect(resolved.queues.map(({ name, backend, alias }) => ({ name, backend, alias }))).toEqual([
      { name: 'urgent', backend: 'memory', alias: undefined },
      { name: 'default', backend: 'memory', alias: undefined },
      { name: 'bulk', backend: 'memory', alias: undefined },
    ]);
  });

  it('has every default of the reference', () => {
    expect(resolved).toMatchObject({
      worker: {
        workerCount: 4,
        maxConcurrentTasks: 10,
        pollInterval: 500,
        shutdownTimeout: 30_000,
        lease: 30_000,
        unknownTask: 'fail',
        cleanupInterval: 3_600_000,
        maxZombies: 100,
        autoStart: true,
      },
      retry: { maxRetries: 3, backoff: 'exponential', delay: 1_000, maxDelay: 300_000, jitter: true },
      timeout: { default: 300_000 },
      retention: { completedTtl: 3_600_000, failedTtl: 604_800_000 },
      payload: { maxSize: 1_048_576, maxResultSize: 262_144 },
      idempotencyTtl: 86_400_000,
      middleware: [],
    });
    expect(resolved.codec).toBe(jsonCodec);
    expect(resolved.clock).toBe(systemClock);
  });

  it('takes undefined for not given', () => {
    expect(resolveOptions({ worker: undefined, queues: undefined, retry: { delay: undefined } })).toEqual(
      resolved,
    );
  });
});

describe('resolveOptions', () => {
  it('turns every duration into milliseconds', () => {
    const { worker, retry, timeout, retention, idempotencyTtl } = resolveOptions({
      worker: { lease: '10s', pollInterval: 250, shutdownTimeout: 0, cleanupInterval: '5m' },
      retry: { delay: '2s', maxDelay: '1h' },
      timeout: { default: '1m', max: '2m' },
      retention: { completedTtl: '1 day', failedTtl: '2 days' },
      idempotencyTtl: '1h',
    });
    expect(worker).toMatchObject({
      lease: 10_000,
      pollInterval: 250,
      shutdownTimeout: 0,
      cleanupInterval: 300_000,
    });
    expect(retry).toMatchObject({ delay: 2_000, maxDelay: 3_600_000 });
    expect(timeout).toEqual({ default: 60_000, max: 120_000 });
    expect(retention).toMatchObject({ completedTtl: 86_400_000, failedTtl: 172_800_000 });
    expect(idempotencyTtl).toBe(3_600_000);
  });

  it('keeps what is the own of the user as it is', () => {
    class Middleware {
      intercept = () => Promise.resolve();
    }
    const pool = new Map();
    const codec: PayloadCodec = { name: 'own', encode: () => '', decode: () => undefined };
    const clock = { now: () => 0, setTimer: () => ({ cancel: () => undefined }) };
    const resolved = resolveOptions({
      codec,
      clock,
      middleware: [Middleware],
      backend: { options: { pool } },
    });
    expect(resolved.codec).toBe(codec);
    expect(resolved.clock).toBe(clock);
    expect(resolved.middleware[0]).toBe(Middleware);
    expect(resolved.backends[0]?.options['pool']).toBe(pool);
  });

  it('keeps the limits of a queue', () => {
    const { queues } = resolveOptions({
      queues: [{ name: 'exports', maxSize: 10, concurrency: 2, rateLimit: { limit: 10, per: '1m' } }],
    });
    expect(queues.at(-1)).toMatchObject({
      name: 'exports',
      backend: 'memory',
      maxSize: 10,
      concurrency: 2,
      rateLimit: { limit: 10, per: 60_000 },
      brokerName: 'exports',
    });
  });

  it('takes any backoff of its three names, or a function', () => {
    const backoff = () => 5;
    expect(resolveOptions({ retry: { backoff: 'linear' } }).retry.backoff).toBe('linear');
    expect(resolveOptions({ retry: { backoff } }).retry.backoff).toBe(backoff);
  });
});

describe('a backend that keeps its state in another', () => {
  it('says in which', () => {
    const backends = [{ name: 'main' }, { name: 'mails', state: 'primary' }];
    expect(resolveOptions({ backends }).backends.map(({ state }) => state)).toEqual([undefined, 'primary']);
  });

  it.each([
    ['is not there', 'maim', '"maim" is not a backend. Known: main, mails. Did you mean "main"?'],
    ['is itself', 'mails', 'names the backend itself; leave it out where a backend keeps its own'],
  ])('is refused when the other %s', (_, state, message) => {
    const backends = [{ name: 'main' }, { name: 'mails', state }];
    expect(() => resolveOptions({ backends })).toThrow(
      expect.objectContaining({ issues: [{ path: 'backends.1.state', message }] }),
    );
  });
});

describe('queues of several backends', () => {
  const backends = [
    { name: 'main', type: 'postgres', url: 'postgres://db' },
    { name: 'mails', type: 'rabbitmq', queueName: 'outgoing.mails' },
  ];
  const named = (name: string, options: Parameters<typeof resolveOptions>[0]) =>
    resolveOptions(options).queues.find((queue) => queue.name === name);

  it('makes the first backend the primary one', () => {
    expect(resolveOptions({ backends }).backends.map(({ primary }) => primary)).toEqual([true, false]);
  });

  it('makes the flagged backend the primary one', () => {
    const flagged = resolveOptions({ backends: [backends[0]!, { ...backends[1]!, primary: true }] });
    expect(flagged.backends.map(({ primary }) => primary)).toEqual([false, true]);
    expect(flagged.queues.find(({ name }) => name === 'urgent')?.backend).toBe('mails');
  });

  it('gives each backend a queue of its own name, under the name that the broker knows', () => {
    expect(named('mails', { backends })).toMatchObject({ backend: 'mails', brokerName: 'outgoing.mails' });
  });

  it('lets the default queue answer to the name of the primary backend', () => {
    const { queues } = resolveOptions({ backends });
    expect(queues.map(({ name, alias }) => [name, alias])).toEqual([
      ['urgent', undefined],
      ['default', 'main'],
      ['bulk', undefined],
      ['mails', undefined],
    ]);
  });

  it('sets limits of a queue that a backend brings', () => {
    expect(named('mails', { backends, queues: [{ name: 'mails', concurrency: 3 }] })).toMatchObject({
      backend: 'mails',
      concurrency: 3,
      brokerName: 'outgoing.mails',
    });
    expect(named('default', { backends, queues: [{ name: 'main', maxSize: 3 }] })).toMatchObject({
      alias: 'main',
      maxSize: 3,
    });
  });

  it('puts a queue on the backend that it names, else on the primary one', () => {
    const queues = [{ name: 'exports' }, { name: 'alerts', backend: 'mails' }];
    expect(named('exports', { backends, queues })?.backend).toBe('main');
    expect(named('alerts', { backends, queues })?.backend).toBe('mails');
  });

  it('calls the backend of the short form by its type, without a queue of its own', () => {
    const resolved = resolveOptions({ backend: { type: 'redis', url: 'redis://localhost' } });
    expect(resolved.backends).toMatchObject([{ name: 'redis', primary: true, url: 'redis://localhost' }]);
    expect(resolved.queues.map(({ name, alias }) => [name, alias])).toEqual([
      ['urgent', undefined],
      ['default', undefined],
      ['bulk', undefined],
    ]);
  });

  it.each([
    ['backend and backends', { backend: {}, backends }, 'backend', 'together'],
    ['no backend in the list', { backends: [] }, 'backends', 'at least one'],
    ['a backend name twice', { backends: [backends[0], backends[0]] }, 'backends.1.name', 'twice'],
    [
      'two primary ones',
      { backends: backends.map((backend) => ({ ...backend, primary: true })) },
      'backends.1.primary',
      'only one',
    ],
    [
      'a backend with the name of a built-in queue',
      { backends: [backends[0], { name: 'bulk' }] },
      'backends.1.name',
      'primary',
    ],
    ['a queue name twice', { queues: [{ name: 'a' }, { name: 'a' }] }, 'queues.1.name', 'twice'],
    [
      'a queue by two of its names',
      { backends, queues: [{ name: 'main' }, { name: 'default' }] },
      'queues.1.name',
      'twice',
    ],
    [
      'a backend that is not there',
      { backends, queues: [{ name: 'a', backend: 'mials' }] },
      'queues.0.backend',
      'Did you mean "mails"?',
    ],
    [
      'a built-in queue elsewhere',
      { backends, queues: [{ name: 'bulk', backend: 'mails' }] },
      'queues.0.backend',
      'lives on backend "main"',
    ],
  ])('refuses %s', (_what, options, path, message) => {
    expect(problems(options)[path]).toContain(message);
  });
});

describe('bad options', () => {
  it('are told all at once, each with its path', () => {
    expect(
      Object.keys(
        problems({
          backends: [{ name: 'a' }, { name: 'a' }],
          queues: [{ name: 'ok', backend: 'b' }, { nam: 'x' }, null, { name: 'r', rateLimit: { limit: 0 } }],
          worker: { lease: '10ms', workerCount: 0, queues: 'all' },
          retry: { backoff: 'quadratic', delay: '-5s', maxRetries: 1.5 },
          timeout: { max: 'never' },
          retention: { completedMax: -1 },
          payload: { maxSize: '1mb' },
          middleware: [{}],
          codec: {},
          clock: Date,
        }),
      ).toSorted(),
    ).toEqual([
      'backends.1.name',
      'clock',
      'codec',
      'middleware.0',
      'payload.maxSize',
      'queues.0.backend',
      'queues.1.nam',
      'queues.1.name',
      'queues.2',
      'queues.3.rateLimit.limit',
      'queues.3.rateLimit.per',
      'retention.completedMax',
      'retry.backoff',
      'retry.delay',
      'retry.maxRetries',
      'timeout.max',
      'worker.lease',
      'worker.queues',
      'worker.workerCount',
    ]);
  });

  it.each([
    [{ worker: { leese: '1s' } }, 'worker.leese', 'Did you mean "lease"?'],
    [{ quues: [] }, 'quues', 'Did you mean "queues"?'],
    [{ queues: [{ name: 'a', maxsize: 4 }] }, 'queues.0.maxsize', 'Did you mean "maxSize"?'],
    [{ backend: { uri: 'x' } }, 'backend.uri', 'Did you mean "url"?'],
    [
      { queues: [{ name: 'a', rateLimit: { limit: 1, per: 1, brust: 2 } }] },
      'queues.0.rateLimit.brust',
      'burst',
    ],
    [{ nonsense: 1 }, 'nonsense', 'is not an option.'],
  ])('with an unknown key get the nearest known one: %j', (options, path, message) => {
    expect(problems(options)[path]).toContain(message);
  });

  it('refuse a lease under one second', () => {
    expect(problems({ worker: { lease: 999 } })).toEqual({ 'worker.lease': 'must be at least 1s' });
    expect(resolveOptions({ worker: { lease: '1s' } }).worker.lease).toBe(1_000);
  });

  it.each(["'; DROP", '{x}', 'a\nb', '__proto__', 'x'.repeat(10_240)])(
    'refuse a hostile queue name: %j',
    (name) => {
      expect(Object.keys(problems({ queues: [{ name }] }))).toEqual(['queues.0.name']);
    },
  );

  it.each([[null], ['redis'], [[]], [() => undefined]])('refuse what is no object: %j', (options) => {
    expect(() => resolveOptions(options as never)).toThrow(InvalidOptionError);
  });

  it('cannot reach a prototype', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"worker":{"workerCount":9}},"worker":{"__proto__":{"lease":5}}}',
    );
    expect(Object.keys(problems(hostile))).toEqual(expect.arrayContaining(['__proto__']));
    expect(({} as Record<string, unknown>)['worker']).toBeUndefined();
  });
});

describe('the queues of the worker', () => {
  it('go by their own names, each once', () => {
    const { worker } = resolveOptions({
      backends: [{ name: 'main' }],
      worker: { queues: ['main', 'default', 'bulk'] },
    });
    expect(worker.queues).toEqual(['default', 'bulk']);
  });

  const worker = { queues: ['default', 'reprots', 'nowhere'] };
  const features = (...queues: string[]) => ({ features: [{ importer: 'AppModule', queues }] });

  it('may be those of features', () => {
    expect(resolveOptions({ worker }, features('reprots', 'nowhere')).worker.queues).toEqual(worker.queues);
  });

  it('must all be declared, here or by a feature', () => {
    expect(() => resolveOptions({ worker }, features('reports'))).toThrow(
      /worker\.queues\.1: .*Did you mean "reports"\?\n.*worker\.queues\.2/u,
    );
  });

  it('are not looked at in a part of an app, whose queues are made up as they are asked for', () => {
    const resolved = resolveOptions({ worker }, { isPart: true });
    expect(() => checkWorkerQueues(resolved, ['default', 'reprots', 'nowhere'])).not.toThrow();
    expect(() => checkWorkerQueues(resolved, ['default', 'nowhere'])).toThrow(
      'worker.queues.1: Queue "reprots" is not declared. Known: default, nowhere.',
    );
  });
});
