import { describe, expect, it } from 'vitest';
import {
  rabbitMqOptionProblems,
  resolveRabbitMqOptions,
} from '../../../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { InvalidBackendError } from '../../../../lib/errors/index.js';

const resolve = (options: Record<string, unknown> = {}, url?: string) =>
  resolveRabbitMqOptions({ name: 'mq', url, options });

function refusal(options: Record<string, unknown>, url?: string): InvalidBackendError {
  try {
    resolve(options, url);
  } catch (error) {
    if (error instanceof InvalidBackendError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('what needs no options', () => {
  it('is a local broker, as its guest', () => {
    expect(resolve()).toEqual({
      name: 'mq',
      address: {
        host: 'localhost',
        port: 5672,
        vhost: '/',
        username: 'guest',
        password: 'guest',
        tls: false,
      },
      prefix: 'tasks',
      queueType: 'classic',
      maxPriority: 10,
      maxLength: undefined,
      commandTimeout: 10_000,
      connectTimeout: 5_000,
      heartbeat: 10_000,
      readDeadLetters: undefined,
      connectionName: 'nestjs-tasks',
    });
  });
});

describe('where the broker is', () => {
  it('comes from the URL', () => {
    expect(resolve({}, 'amqps://app:secret@mq.internal:5673/jobs').address).toEqual({
      host: 'mq.internal',
      port: 5673,
      vhost: 'jobs',
      username: 'app',
      password: 'secret',
      tls: true,
    });
  });

  it.each([
    ['vhost', 'other'],
    ['username', 'other'],
    ['password', 'other'],
    ['tls', false],
  ])('comes from options before the URL: %s', (option, value) => {
    const { address } = resolve({ [option]: value }, 'amqps://app:secret@mq:5673/jobs');
    expect(address).toMatchObject({ host: 'mq', [option]: value });
  });

  it.each([
    ['a URL', {}, 'amqps://mq', 5671],
    ['an option', { tls: true }, undefined, 5671],
    ['an option beside a URL', { tls: { ca: 'pem' } }, 'amqp://mq', 5671],
    ['nothing', {}, 'amqp://mq', 5672],
    ['an option that turns it off', { tls: false }, 'amqps://mq', 5672],
  ])('has the port of TLS, as %s says', (_, options, url, port) => {
    expect(resolve(options, url).address.port).toBe(port);
  });
});

describe('options that can be used', () => {
  it.each([
    [{ commandTimeout: '2s' }, { commandTimeout: 2_000 }],
    [{ connectTimeout: 250 }, { connectTimeout: 250 }],
    [{ heartbeat: '1m' }, { heartbeat: 60_000 }],
    [{ maxPriority: 0 }, { maxPriority: 0 }],
    [{ maxLength: 1 }, { maxLength: 1 }],
    [{ queueType: 'quorum' }, { queueType: 'quorum' }],
    [{ readDeadLetters: false }, { readDeadLetters: false }],
    [{ prefix: 'shop.v2_a-b' }, { prefix: 'shop.v2_a-b' }],
    [{ connectionName: 'shop:web' }, { connectionName: 'shop:web' }],
  ])('are taken: %o', (options, expected) => {
    expect(resolve(options)).toMatchObject(expected);
  });
});

describe('options that cannot be used', () => {
  it.each([
    [{ hots: 'mq' }, undefined, /options\.hots: is not an option\. Did you mean "host"/],
    [{ port: 70_000 }, undefined, /options\.port: must be a whole number, 1 to 65535/],
    [{ port: '5672' }, undefined, /options\.port: must be a whole number/],
    [{ prefix: 'a:b' }, undefined, /options\.prefix: must be 1 to 64 of letters, digits/],
    [{ prefix: 'x'.repeat(65) }, undefined, /options\.prefix: must be 1 to 64/],
    [{ prefix: '' }, undefined, /options\.prefix: must be 1 to 64/],
    [{ queueType: 'stream' }, undefined, /options\.queueType: must be classic or quorum/],
    [{ maxPriority: 21 }, undefined, /options\.maxPriority: must be a whole number, 0 to 20/],
    [{ maxLength: 0 }, undefined, /options\.maxLength: must be a whole number/],
    [{ commandTimeout: '0s' }, undefined, /options\.commandTimeout: must be at least 1/],
    [{ heartbeat: 500 }, undefined, /options\.heartbeat: must be at least 1/],
    [{ readDeadLetters: 'yes' }, undefined, /options\.readDeadLetters: must be true or false/],
    [{ connectionName: 'my app' }, undefined, /options\.connectionName: must be 1 to 64/],
    [{ tls: 'yes' }, undefined, /options\.tls: must be true, false or Node's TLS options/],
    [{ tls: [] }, undefined, /options\.tls: must be true, false or Node's TLS options/],
    [{ host: 'a' }, 'amqp://b', /options\.host: cannot be given together with url/],
    [{ port: 1 }, 'amqp://b', /options\.port: cannot be given together with url/],
    [{}, 'redis://b', /url: must begin with amqp:\/\/ or amqps:\/\/, not redis:\/\//],
  ])('are told by path: %o, %s', (options, url, problem) => {
    expect(refusal(options, url).message).toMatch(problem);
  });

  it('are told all at once, with the way out', () => {
    const error = refusal({ port: 0, queueType: 'lazy' }, 'amqp://');
    expect(error.message.match(/^ {2}- [\w.]+/gm)).toEqual([
      '  - url',
      '  - options.port',
      '  - options.queueType',
    ]);
    expect(error.message).toContain('Backend "mq"');
    expect(error.remedy).toContain('docs/rabbitmq.md');
  });

  it('are listed without an error for who checks a whole configuration', () => {
    expect(rabbitMqOptionProblems({ name: 'mq', options: { maxPriority: -1 } })).toMatchObject([
      { path: 'options.maxPriority' },
    ]);
    expect(rabbitMqOptionProblems({ name: 'mq', options: {} })).toEqual([]);
  });

  it.each<[Record<string, unknown>, string | undefined]>([
    [{ password: 's3cret', port: 0 }, undefined],
    [{ password: ['s3cret'] }, undefined],
    [{ prefix: 's3cret:s3cret' }, undefined],
    [{ host: 'a' }, 'amqp://app:s3cret@mq'],
    [{}, 'amqp://app:s3cret@mq/a/b'],
  ])('are told without any value: %o, %s', (options, url) => {
    const error = refusal(options, url);
    expect(JSON.stringify([error.message, error.remedy])).not.toContain('s3cret');
  });
});
