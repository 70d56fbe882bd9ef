import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { callError, judge } from '../../../../lib/backends/redis/redis-errors.js';

describe('judge', () => {
  it.each([
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots',
    'NOREPLICAS Not enough good replicas to write.',
    'NOAUTH Authentication required.',
    'CLUSTERDOWN The cluster is down',
    'ERR max number of clients reached',
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

describe('callError', () => {
  it('holds no argument of the command and no secret', () => {
    const driver = Object.assign(new Error('WRONGPASS for redis://app:s3cret@cache with hunter2'), {
      command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] },
      code: 'EAUTH',
    });
    const error = callError('jobs', 'not-sent', driver, ['hunter2']);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toMatch(/s3cret|hunter2/);
    expect(error).toMatchObject({
      code: 'TASKS_BACKEND_FAULT',
      backend: 'jobs',
      outcome: 'not-sent',
      message:
        'Backend "jobs" cannot carry the call out (outcome not-sent): the server refuses the user or the password (WRONGPASS for redis://***@cache with ***).',
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
    expect(callError('jobs', 'not-sent', new Error(message)).remedy).toMatch(remedy);
  });

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:6379', 'nothing listens at its address'],
    ['getaddrinfo ENOTFOUND cache', 'the name of its host is not known'],
    ['connect ETIMEDOUT', 'no server answers'],
    ['Command timed out', 'did not answer within `options.commandTimeout`'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'no memory left'],
    ["READONLY You can't write against a read only replica.", 'a replica and takes no writes'],
    ['LOADING Redis is loading the dataset in memory', 'still loading its data'],
    ['MASTERDOWN Link with MASTER is down', 'has lost its master'],
    ['MISCONF Redis is configured to save RDB snapshots', 'cannot save its data'],
    ['NOREPLICAS Not enough good replicas to write.', 'too few replicas'],
    ['CLUSTERDOWN The cluster is down', 'the cluster is down'],
    ['BUSY Redis is busy running a script.', 'a script keeps the server busy'],
    ['ERR max number of clients reached', 'no connection left'],
    ['read ECONNRESET', 'the connection was lost'],
    ['Connection is closed.', 'the connection was lost'],
  ])('says in plain words what is wrong: %s', (message, words) => {
    const error = callError('jobs', 'not-sent', new Error(message));
    expect(error.code).toBe('TASKS_BACKEND_UNAVAILABLE');
    expect(error.message).toContain(words);
    expect(error.message).toContain(`(${message.replace(/\.$/u, '')}).`);
    expect(error.reason).toContain(words);
  });

  it.each([
    [
      'WRONGTYPE Operation against a key holding the wrong kind of value',
      'a value of another type',
      /`prefix`/,
    ],
    [
      'ERR user_script:3: WRONGTYPE Operation against a key holding the wrong kind',
      'a value of another type',
      /`prefix`/,
    ],
    ['WRONGPASS invalid username-password pair', 'refuses the user or the password', /user and password/],
    ['NOAUTH Authentication required.', 'refuses the user or the password', /user and password/],
    ['NOPERM this user has no permissions', 'is not allowed', /docs\/redis/],
    ['self-signed certificate', 'is not trusted', /tls\.ca/],
    ['SSL routines:ssl3_get_record:wrong version number', 'does not speak TLS', /rediss:/],
    [
      'ERR Unknown command called from script script: 8c55d1e9, on @user_script:1.',
      'does not know a command',
      /versions/,
    ],
    ["ERR unknown command 'EVALSHA', with args beginning with:", 'does not know a command', /versions/],
    ['ERR user_script:1: Wrong number of args', 'has run into an error', /same version/],
  ])('does not call a server unavailable that answers alike each time: %s', (message, words, remedy) => {
    const error = callError('jobs', 'unknown', new Error(message));
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_FAULT', backend: 'jobs', outcome: 'unknown' });
    expect(error.message).toContain(`cannot carry the call out (outcome unknown): `);
    expect(error.message).toContain(words);
    expect(error.remedy).toMatch(remedy);
    expect(error.remedy).not.toMatch(/^Call again/);
  });

  it('reads of a host with several addresses what the first has met', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:6379'), { code: 'ECONNREFUSED' });
    const error = callError('jobs', 'not-sent', new AggregateError([refused], ''));
    expect(error.message).toContain('nothing listens at its address');
    expect(error.cause).toMatchObject({ message: 'connect ECONNREFUSED ::1:6379', code: 'ECONNREFUSED' });
  });

  it('shows a reply in one line, and not all of a long one', () => {
    const error = callError('jobs', 'unknown', new Error(`ERR of\r\n[Nest] forged ${'x'.repeat(1_000)}`));
    expect(error.message).not.toMatch(/[\r\n]/);
    expect(error.message.length).toBeLessThan(500);
  });

  it('knows nothing of a driver that has said nothing', () => {
    expect(callError('jobs', 'not-sent', undefined).message).toBe(
      'Backend "jobs" is unavailable (outcome not-sent): there is no connection to the server.',
    );
  });

  it('says what to do in general about anything else', () => {
    expect(callError('jobs', 'unknown', new Error('read ECONNRESET')).remedy).toMatch(/^Call again\./);
  });
});
