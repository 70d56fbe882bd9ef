import { describe, expect, it } from 'vitest';
import { redactText, redactUrl } from '../../../lib/backends/redact-url.js';

describe('redactUrl', () => {
  it.each([
    ['redis://app:s3cret@cache:6379/2', 'redis://***@cache:6379/2'],
    ['redis://:s3cret@cache', 'redis://***@cache'],
    ['rediss://app@cache/0', 'rediss://***@cache/0'],
    ['amqp://cache:5672/vhost', 'amqp://cache:5672/vhost'],
    [
      'postgres://a:b@[::1]:5432/db?password=s3cret&ssl=1',
      'postgres://***@[::1]:5432/db?password=***&ssl=***',
    ],
  ])('shows of %s no secret', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  it('shows nothing of what is no URL', () => {
    expect(redactUrl('s3cret@cache')).toBe('***');
  });
});

describe('redactText', () => {
  it('hides the secrets of every URL in it', () => {
    expect(redactText('cannot reach redis://a:s3cret@x:1, nor "rediss://b:s3cret@y:2/0"')).toBe(
      'cannot reach redis://***@x:1, nor "rediss://***@y:2/0"',
    );
  });

  it('leaves the address in a line of advice as it is, with what stands behind it', () => {
    const advice = 'Name what keeps them: `--ledger redis://host:6379`. (See redis://host.)';
    expect(redactText(advice)).toBe(advice);
    expect(redactText('`redis://a:s3`cret@x:1`')).toBe('`redis://***@x:1`');
  });

  it('hides what it is told to hide, wherever it stands', () => {
    expect(redactText('AUTH app s3cret failed: s3cret', ['s3cret', ''])).toBe('AUTH app *** failed: ***');
  });
});
