import { certificateTroubles, type DriverTrouble } from '../driver-trouble.js';

const CALL_AGAIN = 'Call again then: with the same job id that cannot duplicate a job.';

/** The server or the connection is not fit for use now. The first that fits counts. */
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
  { pattern: /^Command timed out/, reason: 'the server did not answer within `options.commandTimeout`' },
  {
    pattern: /^OOM\b/,
    reason: 'the server has no memory left for it',
    remedy:
      'The server has reached its maxmemory: give it more, or let finished jobs be kept for a shorter time.',
  },
  {
    pattern: /^MISCONF\b/,
    reason: 'the server cannot save its data and takes no writes',
    remedy: 'The server cannot save its data and refuses writes: see its log and its disk.',
  },
  {
    pattern: /^NOREPLICAS\b/,
    reason: 'too few replicas are connected for the server to take writes',
    remedy:
      'Fewer replicas are connected than min-replicas-to-write asks for: bring them back. Call again then.',
  },
  {
    pattern: /^READONLY\b/,
    reason: 'the server is a replica and takes no writes',
    remedy: `Name the master in \`url\`, or the Sentinels in \`options\`, which follow it. After a failover: ${CALL_AGAIN}`,
  },
  { pattern: /^LOADING\b/, reason: 'the server is still loading its data' },
  { pattern: /^MASTERDOWN\b/, reason: 'the server is a replica that has lost its master' },
  {
    pattern: /^(CLUSTERDOWN|TRYAGAIN|MOVED|ASK)\b/,
    reason: 'the cluster is down, or is moving its slots',
  },
  { pattern: /^BUSY\b/, reason: 'a script keeps the server busy' },
  {
    pattern: /max number of clients reached|^MAXCLIENTS\b/i,
    reason: 'the server has no connection left',
    remedy: `Raise \`maxclients\` of the server, or run fewer processes. ${CALL_AGAIN}`,
  },
  { pattern: /Script killed by user/i, reason: 'somebody has ended its script at the server' },
  {
    pattern: /ECONNRESET|EPIPE|onnection is closed|onnection close|max retries per request|isn't writeable/,
    reason: 'the connection was lost',
  },
];

/** The server is there, and would answer so again until somebody changes something. */
export const FAULTS: readonly DriverTrouble[] = [
  ...certificateTroubles('server'),
  {
    pattern: /SSL routines|wrong version number/i,
    reason: 'the server does not speak TLS',
    remedy: 'Write `redis://` in place of `rediss://`, or turn TLS on at the server.',
  },
  {
    pattern: /^(NOAUTH|WRONGPASS)\b|invalid (username-)?password/i,
    reason: 'the server refuses the user or the password',
    remedy: 'Give the backend the user and password that the server asks for, in its `url` or its `options`.',
  },
  {
    pattern: /^NOPERM\b/,
    reason: 'its user is not allowed what the backend needs',
    remedy:
      'Let the user of the backend run this command on keys and channels under the prefix: docs/redis.md lists the rules.',
  },
  {
    pattern: /WRONGTYPE\b/,
    reason: 'a key under its prefix holds a value of another type, which this package did not write',
    remedy:
      'Give the backend a `prefix` that nothing else uses, or delete the keys that are not its own. Calling again does not help before.',
  },
  {
    pattern: /^ERR unknown command|unknown Redis command/i,
    reason: 'the server does not know a command, or it is renamed there',
    remedy:
      'Use a server of the versions that docs/redis.md names, with its commands under their own names. Calling again does not help before.',
  },
  {
    pattern: /^ERR\b/,
    reason: 'the server has run into an error with what it holds',
    remedy:
      'See that nothing else writes under the prefix, and that all processes have the same version of this package. Calling again does not help before.',
  },
];
