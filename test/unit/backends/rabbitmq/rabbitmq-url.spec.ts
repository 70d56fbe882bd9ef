import { describe, expect, it } from 'vitest';
import { parseRabbitMqUrl } from '../../../../lib/backends/rabbitmq/rabbitmq-url.js';

const nothingSaid = { port: undefined, vhost: undefined, username: undefined, password: undefined };

describe('parseRabbitMqUrl', () => {
  it.each([
    ['amqp://mq', {}],
    ['amqp://mq/', {}],
    ['amqp://mq:5673/jobs', { port: 5673, vhost: 'jobs' }],
    ['amqp://mq/%2F', { vhost: '/' }],
    ['amqp://mq/team%2Fjobs', { vhost: 'team/jobs' }],
    ['amqps://mq', { tls: true }],
    ['amqp://app@mq', { username: 'app' }],
    ['amqp://app:pa%3Ass%40word@mq', { username: 'app', password: 'pa:ss@word' }],
    ['amqp://[::1]:5673', { host: '::1', port: 5673 }],
  ])('reads %s', (url, expected) => {
    expect(parseRabbitMqUrl(url)).toEqual({
      address: { host: 'mq', ...nothingSaid, tls: false, ...expected },
    });
  });

  it.each([
    ['mq:5672', /must begin with amqp:\/\/ or amqps:\/\/: write amqp:\/\/host:5672/],
    ['amqp://a b', /is not a URL: write/],
    ['http://mq', /not http:\/\//],
    ['amqp://', /names no host/],
    ['amqp://mq/jobs/more', /with a `\/` in it: write it as %2F/],
    ['amqp://mq?heartbeat=5&frameMax=1', /has heartbeat, frameMax in its query: write it in `options`/],
    ['amqp://mq/%E0%A4%A', /not percent-encoded/],
    ['amqp://:%E0%A4%A@mq', /not percent-encoded/],
  ])('says what is wrong with %s', (url, problem) => {
    expect(parseRabbitMqUrl(url).problem).toMatch(problem);
  });

  it.each([
    'amqp://app:s3cret@mq?password=s3cret',
    'amqp://app:s3cret@mq/a/s3cret',
    'amqp://app:s3cret@a b',
    'http://app:s3cret@mq',
    'app:s3cret@mq',
  ])('repeats no secret in what it says of %s', (url) => {
    const { problem } = parseRabbitMqUrl(url);
    expect(problem).toEqual(expect.any(String));
    expect(problem).not.toContain('s3cret');
  });
});
