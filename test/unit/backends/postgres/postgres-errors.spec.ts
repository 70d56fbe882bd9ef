import { describe, expect, it } from 'vitest';
import { callError, sqlStateOf } from '../../../../lib/backends/postgres/postgres-errors.js';
import { SqlFailure } from '../../../../lib/backends/postgres/sql-failure.js';

const fromServer = (code: string, message = 'refused', more: object = {}) =>
  Object.assign(new Error(message), { code, severity: 'ERROR', ...more });

describe('what has become of a statement', () => {
  it.each(['23505', '40001', '40P01', '57014', '53100', '53300', '25006', '42P01', '0A000'])(
    'is nothing when the server refused it: %s',
    (code) => {
      expect(SqlFailure.ofStatement(fromServer(code)).outcome).toBe('not-sent');
    },
  );

  it.each(['57P01', '57P02', '57P03', '08006', '08P01', '40003', 'XX000'])(
    'is not known when the connection ended with it: %s',
    (code) => {
      expect(SqlFailure.ofStatement(fromServer(code)).outcome).toBe('unknown');
    },
  );

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('is not known when nobody answered: %s', (code) => {
    const failure = SqlFailure.ofStatement(Object.assign(new Error('gone'), { code }));
    expect(failure).toMatchObject({ outcome: 'unknown', sqlState: undefined, isConnectionLost: true });
  });

  it.each([
    ['57P01', true],
    ['25006', true],
    ['26000', true],
    ['0A000', true],
    ['23505', false],
    ['40001', false],
    ['57014', false],
  ])('decides whether the connection is used again: %s', (code, isConnectionLost) => {
    expect(SqlFailure.ofStatement(fromServer(code)).isConnectionLost).toBe(isConnectionLost);
  });

  it.each([
    ['a serialisation failure', fromServer('40001'), true],
    ['a deadlock', fromServer('40P01'), true],
    ['a statement that is not prepared any more', fromServer('26000'), true],
    ['a table that was changed', fromServer('0A000', 'cached plan must not change result type'), true],
    ['a feature that is not there', fromServer('0A000', 'not supported'), false],
    ['an unknown end', fromServer('40003'), false],
    ['a duplicate', fromServer('23505'), false],
    ['a lock that was not given', fromServer('55P03'), false],
    ['a lost connection', new Error('gone'), false],
  ])('may be tried again by itself, or not: %s', (_, error, isPassing) => {
    expect(SqlFailure.ofStatement(error).isPassing).toBe(isPassing);
  });
});

describe('the error that a caller sees', () => {
  it('has the SQLSTATE and the words of the server, and nothing else of what the driver knows', () => {
    const error = callError(
      'jobs',
      'not-sent',
      SqlFailure.ofStatement(
        fromServer('23505', 'duplicate key value', {
          detail: 'Key (email)=(ada@example.com)',
          where: 'row 1',
        }),
      ),
    );
    expect(sqlStateOf(error)).toBe('23505');
    expect(error.cause).toMatchObject({ message: 'duplicate key value', code: '23505' });
    expect(JSON.stringify(Object.entries(error.cause as object))).not.toContain('ada@example.com');
  });

  it.each([
    ['28P01', 'refuses the user or the password'],
    ['28000', 'refuses the user or the password'],
    ['3D000', 'no such database'],
    ['42501', 'not allowed'],
    ['42P01', 'lacks what this version needs'],
  ])('says in plain words what is wrong, and quotes the server: %s', (code, reason) => {
    const error = callError('jobs', 'not-sent', fromServer(code, 'in its words'));
    expect(error.message).toMatch(new RegExp(`${reason}.* \\(in its words\\)\\.$`));
  });

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:5432', 'nothing listens at its address'],
    ['getaddrinfo ENOTFOUND db', 'the name of its host is not known'],
    ['Connection terminated unexpectedly', 'the connection was lost'],
    ['something new', 'something new'],
  ])('says why nobody was reached: %s', (message, reason) => {
    const error = callError('jobs', 'not-sent', new Error(message));
    expect(error.code).toBe('TASKS_BACKEND_UNAVAILABLE');
    expect(error.reason).toContain(reason);
    expect(error.message).toContain(message);
  });

  it('is a fault where the server asks for a password and none is given', () => {
    const said = 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string';
    const error = callError('jobs', 'not-sent', new Error(said));
    expect(error.code).toBe('TASKS_BACKEND_FAULT');
    expect(error.remedy).toContain('user and password');
  });

  it('hides URLs and passwords that are quoted in it', () => {
    const cause = fromServer('28P01', 'no entry for hunter2 at postgres://ada:hunter2@db/app');
    const error = callError('jobs', 'not-sent', cause, ['hunter2']);
    expect((error.cause as Error).message).toBe('no entry for *** at postgres://***@db/app');
  });

  it('tells the first thing that was in the way where several addresses were tried', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:5432'), { code: 'ECONNREFUSED' });
    const error = callError(
      'jobs',
      'not-sent',
      new SqlFailure(new AggregateError([refused], ''), 'not-sent'),
    );
    expect(error.cause).toMatchObject({ message: 'connect ECONNREFUSED ::1:5432', code: 'ECONNREFUSED' });
  });

  it.each([
    ['28P01', 'user and password'],
    ['3D000', 'Create the database'],
    ['42501', 'create and use its schema'],
    ['42P01', 'migrations'],
    ['53100', 'disk'],
    ['53300', 'max_connections'],
    ['57014', 'options.statementTimeout'],
    ['25006', 'primary'],
  ])('says what to do about %s', (code, remedy) => {
    expect(callError('jobs', 'not-sent', fromServer(code)).remedy).toContain(remedy);
  });

  it.each([
    ['The server does not support SSL connections', 'options.tls: false'],
    ['self-signed certificate', 'options.tls.ca'],
    ["Hostname/IP does not match certificate's altnames", 'options.tls.servername'],
    ['timeout exceeded when trying to connect', 'options.poolSize'],
  ])('says what to do about "%s"', (message, remedy) => {
    expect(callError('jobs', 'not-sent', new Error(message)).remedy).toContain(remedy);
  });

  it.each([
    ['a wrong password', fromServer('28P01')],
    ['a database that is not there', fromServer('3D000')],
    ['a right that is missing', fromServer('42501')],
    ['a duplicate', fromServer('23505')],
    ['a certificate that nobody vouches for', new Error('self-signed certificate')],
  ])('is a fault for what the server would answer again: %s', (_, error) => {
    expect(callError('jobs', 'not-sent', error).code).toBe('TASKS_BACKEND_FAULT');
  });

  it.each([
    ['a refused connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['a server that is starting', fromServer('57P03')],
    ['too many connections', fromServer('53300')],
    ['a full disk', fromServer('53100')],
    ['a replica', fromServer('25006')],
    ['a deadlock', fromServer('40P01')],
    ['a statement that took too long', fromServer('57014')],
  ])('is trouble for what passes: %s', (_, error) => {
    expect(callError('jobs', 'not-sent', error).code).toBe('TASKS_BACKEND_UNAVAILABLE');
  });

  it('says why in its message, and no value of a row', () => {
    const refused = fromServer('28P01', 'password authentication failed for user "app"');
    expect(callError('jobs', 'not-sent', refused).message).toContain('password authentication failed');
    const invalid = fromServer('22P02', 'invalid input syntax for type bigint: "hunter2"');
    expect(callError('jobs', 'not-sent', invalid).message).not.toContain('hunter2');
    expect(callError('jobs', 'not-sent', invalid).message).toContain('22P02');
  });

  it('keeps what was thrown as something else', () => {
    expect((callError('jobs', 'unknown', 'odd').cause as Error).message).toBe('odd');
    expect(sqlStateOf(new Error('plain'))).toBeUndefined();
    expect(sqlStateOf(undefined)).toBeUndefined();
  });
});
