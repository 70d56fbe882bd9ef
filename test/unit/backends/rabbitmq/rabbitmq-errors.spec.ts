import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BackendFaultError, BackendUnavailableError } from '../../../../lib/errors/index.js';
import { callError, mismatchIn } from '../../../../lib/backends/rabbitmq/rabbitmq-errors.js';

const coded = (code: string): Error => Object.assign(new Error(`connect ${code} 127.0.0.1:5672`), { code });
const MISMATCH =
  "Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message \"PRECONDITION_FAILED - inequivalent arg 'x-max-priority' for queue 'tasks.mails' in vhost '/': received none but current is the value '10' of type 'signedint'\"";

describe('callError', () => {
  it.each([
    ['nobody listens', coded('ECONNREFUSED'), /nothing listens/, /Start the broker/],
    ['its name is not known', coded('ENOTFOUND'), /name of its host/, /Correct the host/],
    ['nobody answers', coded('ETIMEDOUT'), /no broker answers/, undefined],
    ['it is blocked', new Error('connection blocked'), /short of memory or disk/, /rabbitmqctl status/],
    ['a confirm is late', new Error('no confirm in time'), /commandTimeout/, undefined],
    [
      'an operator closed it',
      new Error('Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - a test"'),
      /the broker closed the connection/,
      undefined,
    ],
    ['it was silent', new Error('Heartbeat timeout'), /silent for two heartbeats/, undefined],
    ['the line was reset', coded('ECONNRESET'), /the connection was lost/, undefined],
    [
      'a channel ended',
      new Error('Channel ended, no reply will be forthcoming'),
      /connection was lost/,
      undefined,
    ],
  ])('is of a broker out of reach when %s', (_, error, reason, remedy) => {
    const told = callError('jobs', 'not-sent', error);
    expect(told).toBeInstanceOf(BackendUnavailableError);
    expect(told.message).toMatch(reason);
    expect(told.remedy).toMatch(remedy ?? /(?:)/);
  });

  it.each([
    ['a certificate that is not trusted', 'self-signed certificate', /not trusted/, /tls\.ca/],
    [
      'a certificate for another host',
      "Hostname/IP does not match certificate's altnames",
      /for another host/,
      /servername/,
    ],
    ['a broker without TLS', 'SSL routines:wrong version number', /does not speak TLS/, /amqp:\/\//],
    ['another declaration', MISMATCH, /declared otherwise/, /options\.prefix/],
    [
      'a wrong password',
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
      /refuses the user or the password/,
      /user and password/,
    ],
    [
      'a virtual host that is not there',
      'Connection closed: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - vhost nope not found"',
      /no such virtual host/,
      /Create the virtual host/,
    ],
    [
      'a queue of somebody else',
      'RESOURCE_LOCKED - cannot obtain exclusive access',
      /for itself/,
      /exclusive/,
    ],
  ])('is a fault that stays for %s', (_, message, reason, remedy) => {
    const told = callError('jobs', 'not-sent', new Error(message));
    expect(told).toBeInstanceOf(BackendFaultError);
    expect(told.message).toMatch(reason);
    expect(told.remedy).toMatch(remedy);
  });

  it('says what the broker said when nobody knows it', () => {
    expect(callError('jobs', 'unknown', new Error('a new kind of trouble')).message).toContain(
      'a new kind of trouble',
    );
  });

  it('says that there is no connection when there was no error', () => {
    expect(callError('jobs', 'not-sent', undefined).message).toContain(
      'there is no connection to the broker',
    );
  });

  it.each(['not-sent', 'unknown'] as const)(
    'tells whether the call may have been carried out: %s',
    (outcome) => {
      expect(callError('jobs', outcome, new Error('Socket closed')).outcome).toBe(outcome);
    },
  );

  it('names the entry', () => {
    expect(callError('jobs', 'unknown', new Error('Socket closed')).message).toContain('"jobs"');
  });

  it('speaks of the first address of a host that has several', () => {
    const error = new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')]);
    expect(callError('jobs', 'not-sent', error).message).toMatch(/nothing listens/);
  });

  it('keeps no secret, neither in its text nor in its cause', () => {
    const error = new Error('login of app with pa55word at amqp://app:pa55word@broker refused');
    expect(inspect(callError('jobs', 'not-sent', error, ['pa55word']))).not.toContain('pa55word');
  });

  it('keeps none of the connection that the driver attaches to its errors', () => {
    const error = Object.assign(new Error('Socket closed'), { options: { password: 'pa55word' } });
    expect(inspect(callError('jobs', 'unknown', error), { depth: 9 })).not.toContain('pa55word');
  });
});

describe('mismatchIn', () => {
  it('names the argument, the queue and both values', () => {
    expect(mismatchIn(new Error(MISMATCH))).toBe(
      "inequivalent arg 'x-max-priority' for queue 'tasks.mails' in vhost '/': received none but current is the value '10' of type 'signedint'",
    );
  });

  it.each([[new Error('404 NOT_FOUND')], [undefined], ['a text'], [{ message: 7 }]])(
    'finds none in %s',
    (error) => expect(mismatchIn(error)).toBeUndefined(),
  );
});
