import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { judge, unavailable } from '../../../../lib/backends/redis/redis-errors.js';

describe('judge', () => {
  it.each([
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots',
    'NOREPLICAS Not enough good replicas to write.',
    'NOAUTH Authentication required.',
    'CLUSTERDOWN The cluster is down',
    "Stream isn't writeable and enableOfflineQueue options is false",
    "Cluster isn't ready and enableOfflineQueue options is false",
  ])('knows that nothing was done: %s', (message) => {
    expect(judge(new Error(message)).outcome).toBe('not-sent');
  });

  it.each([
    'Command timed out',
    'Connection is closed.',
    'Reached the max retries per request limit (which is 0).',
    'Command aborted due to connection close',
    'ERR user_script:1: Wrong number of args',
    'read ECONNRESET',
  ])('does not know what was done: %s', (message) => {
    expect(judge(new Error(message)).outcome).toBe('unknown');
  });

  it.each(['Command timed out', 'READONLY You are a replica now', 'MASTERDOWN Link with MASTER is down'])(
    'gives up a connection that is of no use: %s',
    (message) => {
      expect(judge(new Error(message)).isConnectionLost).toBe(true);
    },
  );

  it('keeps a connection that has only refused', () => {
    expect(judge(new Error('OOM command not allowed')).isConnectionLost).toBe(false);
  });
});

describe('unavailable', () => {
  it('holds no argument of the command and no secret', () => {
    const driver = Object.assign(new Error('WRONGPASS for redis://app:s3cret@cache with hunter2'), {
      command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] },
      code: 'EAUTH',
    });
    const error = unavailable('jobs', 'not-sent', driver, ['hunter2']);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toMatch(/s3cret|hunter2/);
    expect(error).toMatchObject({
      code: 'TASKS_BACKEND_UNAVAILABLE',
      backend: 'jobs',
      outcome: 'not-sent',
      cause: { message: 'WRONGPASS for redis://***@cache with ***', code: 'EAUTH' },
    });
  });

  it.each([
    ['OOM command not allowed', /maxmemory/],
    ['WRONGPASS invalid username-password pair', /user and password/],
    ['NOPERM this user has no permissions', /under the prefix/],
    ['self-signed certificate in certificate chain', /options\.tls\.ca/],
    [
      "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b",
      /servername/,
    ],
  ])('says what to do about %s', (message, remedy) => {
    expect(unavailable('jobs', 'not-sent', new Error(message)).remedy).toMatch(remedy);
  });

  it('says what to do in general about anything else', () => {
    expect(unavailable('jobs', 'unknown', new Error('read ECONNRESET')).remedy).toMatch(/^Call again\./);
  });
});
