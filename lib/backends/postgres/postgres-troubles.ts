import { certificateTroubles, type DriverTrouble } from '../driver-trouble.js';

const CALL_AGAIN = 'Call again then: with the same job id that cannot duplicate a job.';

/** By SQLSTATE, or by what the driver says. The first that fits counts. */
export const TROUBLES: readonly DriverTrouble[] = [
  {
    pattern: /ECONNREFUSED/,
    reason: 'nothing listens at its address, or the server refuses the connection',
    remedy: `Start the server, or correct the host and port in \`url\`. ${CALL_AGAIN}`,
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    reason: 'the name of its host is not known',
    remedy: `Correct the host in \`url\`, or see to the DNS. ${CALL_AGAIN}`,
  },
  { pattern: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, reason: 'no server answers at its address' },
  {
    pattern: /timeout exceeded when trying to connect/,
    reason: 'no connection was free or could be made within `options.connectTimeout`',
    remedy:
      'All connections are busy, or the server does not answer: raise `options.poolSize` or `options.connectTimeout`.',
  },
  {
    pattern: /^53100$/,
    reason: 'the disk of the server is full',
    remedy: 'The disk of the server is full: give it more, or let finished jobs be kept for a shorter time.',
  },
  {
    pattern: /^53300$/,
    reason: 'the server has no connection left',
    remedy: 'The server has no connection left: raise its max_connections, or lower `options.poolSize`.',
  },
  {
    pattern: /^57014$/,
    reason: 'the server gave the statement up',
    remedy:
      'The statement took longer than the server lets it: see what it waits for, or raise `options.statementTimeout`.',
  },
  {
    pattern: /^25006$/,
    reason: 'the server takes no writes',
    remedy: 'The server takes no writes: name the primary, or wait until it is one again.',
  },
  { pattern: /^57P0[1-5]$/, reason: 'the server shuts down, or is still starting' },
  { pattern: /^08[0-9A-Z]{3}$|ECONNRESET|EPIPE|Connection terminated/i, reason: 'the connection was lost' },
  {
    pattern: /^28[0-9A-Z]{3}$|client password must be/,
    reason: 'the server refuses the user or the password',
    remedy: 'Give the backend the user and password that the server asks for, in its `url` or its `options`.',
  },
  {
    pattern: /^3D000$/,
    reason: 'the server has no such database',
    remedy: 'Create the database, or name another one at the end of the `url`.',
  },
  {
    pattern: /^(42501|3F000)$/,
    reason: 'its user is not allowed what the backend needs',
    remedy: 'Let the user of the backend create and use its schema: docs/postgres.md lists what it needs.',
  },
  {
    pattern: /^(42P01|42703|42883)$/,
    reason: 'its schema lacks what this version needs',
    remedy: 'The schema is not the one that this version made: let the migrations run again.',
  },
  ...certificateTroubles('server'),
  {
    pattern: /does not support SSL/,
    reason: 'the server does not speak TLS',
    remedy: 'Set `options.tls: false`, or turn TLS on at the server.',
  },
];
