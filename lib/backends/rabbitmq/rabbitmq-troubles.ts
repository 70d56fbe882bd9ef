import { certificateTroubles, type DriverTrouble } from '../driver-trouble.js';

const CALL_AGAIN = 'Call again then: with the same job id that cannot duplicate a job.';

/** The broker or the connection is not fit for use now. The first that fits counts. */
export const TROUBLES: readonly DriverTrouble[] = [
  {
    pattern: /ECONNREFUSED/,
    reason: 'nothing listens at its address, or the broker refuses the connection',
    remedy: `Start the broker, or correct the host and port in \`url\`. ${CALL_AGAIN}`,
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    reason: 'the name of its host is not known',
    remedy: `Correct the host in \`url\`, or see to the DNS. ${CALL_AGAIN}`,
  },
  { pattern: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, reason: 'no broker answers at its address' },
  {
    pattern: /connection blocked/i,
    reason: 'the broker has blocked its publishers: it is short of memory or disk',
    remedy:
      'The broker is short of memory or disk and takes no messages: see its alarms (rabbitmqctl status), and let consumers catch up.',
  },
  { pattern: /no confirm in time/i, reason: 'the broker did not confirm within `options.commandTimeout`' },
  {
    pattern: /CONNECTION.FORCED/,
    reason: 'the broker closed the connection',
  },
  { pattern: /[Hh]eartbeat timeout/, reason: 'the broker was silent for two heartbeats' },
  {
    pattern:
      /ECONNRESET|EPIPE|[Ss]ocket closed|[Cc]onnection clos|[Cc]hannel (closed|ended)|no connection|Unexpected close/,
    reason: 'the connection was lost',
  },
];

/** The broker is there, and would answer so again until somebody changes something. */
export const FAULTS: readonly DriverTrouble[] = [
  ...certificateTroubles('broker'),
  {
    pattern: /SSL routines|wrong version number/i,
    reason: 'the broker does not speak TLS',
    remedy: 'Write `amqp://` in place of `amqps://`, or turn TLS on at the broker.',
  },
  {
    pattern: /PRECONDITION.FAILED|inequivalent arg/,
    reason: 'what is there was declared otherwise',
    remedy:
      'Give the entry the options that the queue was declared with, another `options.prefix`, or delete the queue when it is empty. Calling again does not help before.',
  },
  {
    pattern: /ACCESS.REFUSED.*login/i,
    reason: 'the broker refuses the user or the password',
    remedy:
      'Give the backend the user and password that the broker asks for. It lets `guest` in from its own machine alone, unless it is told otherwise.',
  },
  {
    pattern: /ACCESS.REFUSED/,
    reason: 'its user is not allowed what was asked for',
    remedy:
      'Let the user configure, write and read what begins with the prefix: `rabbitmqctl set_permissions`, as docs/rabbitmq.md says.',
  },
  {
    // The driver reads nothing of a connection that is closed while the virtual host is asked for.
    pattern: /NOT.ALLOWED|Expected ConnectionOpenOk; got <ConnectionClose/,
    reason: 'the broker has no such virtual host, or its user may not use it',
    remedy:
      'Create the virtual host and let the user in (`rabbitmqctl add_vhost`, `set_permissions`), or name another one at the end of the `url`.',
  },
  {
    pattern: /RESOURCE.LOCKED/,
    reason: 'somebody else has the queue for itself alone',
    remedy: 'Give the entry another `options.prefix`, or end who has declared the queue as exclusive.',
  },
];
