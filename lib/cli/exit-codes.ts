import type { ErrorCode } from '../contract/index.js';
import { CommandError, isInstance, TaskError } from '../errors/index.js';

/** What a process of `nest-tasks` ends with, for scripts. A number is never used again for something else. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unavailable: 3,
  refused: 4,
  notFound: 5,
  findings: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each means; the table of the docs is made from here. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'It is done; of `doctor`: nothing is wrong, or there are warnings alone.',
  failed: 'Something went wrong that no other code names; what is printed says what.',
  usage:
    'The command line or the configuration cannot be used as it is: nothing was done. Also what needs `--yes`, and a payload that breaks its schema.',
  unavailable: 'The broker does not answer. Trying again later may help.',
  refused:
    'The broker answered, and cannot or may not be used so: credentials, version, schema, a memory backend.',
  notFound: 'There is no such job, dead letter, queue or schedule, or not all that were named.',
  findings: '`doctor` has found errors.',
  interrupted: 'It was interrupted by Ctrl+C; what was done until then stays done.',
};

const BY_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  TASKS_COMMAND: EXIT.usage,
  TASKS_DUPLICATE_TASK: EXIT.usage,
  TASKS_INVALID_DURATION: EXIT.usage,
  TASKS_INVALID_NAME: EXIT.usage,
  TASKS_INVALID_OPTION: EXIT.usage,
  TASKS_MISSING_PEER: EXIT.usage,
  TASKS_PAYLOAD_TOO_LARGE: EXIT.usage,
  TASKS_REGISTRATION: EXIT.usage,
  TASKS_VALIDATION: EXIT.usage,
  TASKS_BACKEND_UNAVAILABLE: EXIT.unavailable,
  TASKS_BACKEND_FAULT: EXIT.refused,
  TASKS_DISABLED: EXIT.refused,
  TASKS_INVALID_BACKEND: EXIT.refused,
  TASKS_UNSUPPORTED: EXIT.refused,
  TASKS_JOB_NOT_FOUND: EXIT.notFound,
  TASKS_SCHEDULE_NOT_FOUND: EXIT.notFound,
  TASKS_UNKNOWN_QUEUE: EXIT.notFound,
};

/** The code that a command ends with which threw this. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isInstance(error, Interruption)) return EXIT.interrupted;
  if (!isInstance(error, TaskError)) return EXIT.failed;
  return BY_ERROR[error.code] ?? EXIT.failed;
}

/** Thrown where somebody pressed Ctrl+C. */
export class Interruption extends Error {
  override name = 'Interruption';
}

/** @throws CommandError for what a command was given and cannot take */
export function refuse(message: string, remedy?: string): never {
  throw new CommandError(message, remedy === undefined ? {} : { remedy });
}
