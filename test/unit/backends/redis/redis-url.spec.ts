import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../../lib/backends/redis/redis-url.js';

const server = {
  host: 'cache',
  port: 6379,
  family: 0,
  db: 0,
  username: undefined,
  password: undefined,
  tls: false,
};

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', {}],
    ['redis://cache/', {}],
    ['redis://cache:7000/3', { port: 7000, db: 3 }],
    ['rediss://cache', { tls: true }],
    ['redis://:pa%3Ass%40word@cache', { password: 'pa:ss@word' }],
    ['redis://app:secret@cache?family=6', { username: 'app', password: 'secret', family: 6 }],
    ['redis://[::1]:7001/1', { host: '::1', port: 7001, db: 1 }],
  ])('reads %s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual({ address: { ...server, ...expected } });
  });

  it.each([
    ['cache:6379', /redis:\/\/ or rediss:\/\//],
    ['not a url', /redis:\/\/ or rediss:\/\//],
    ['redis://a b', /is not a URL/],
    ['http://cache', /not http:\/\//],
    ['redis://', /names no host/],
    ['redis://cache/jobs', /number of a database/],
    ['redis://cache/-1', /number of a database/],
    ['redis://cache?password=s3cret', /has password in its query/],
    ['redis://cache?family=5', /neither 4 nor 6/],
    ['redis://:%E0%A4%A@cache', /not percent-encoded/],
  ])('says what is wrong with %s', (url, problem) => {
    const parsed = parseRedisUrl(url);
    expect(parsed.problem).toMatch(problem);
    expect(parsed.problem).not.toContain('s3cret');
  });
});
