import type { ValidationIssue } from './issue-list.js';
import { TaskError, type TaskErrorOptions } from './task-error.js';

/** A payload or argument that cannot be accepted. */
export class TaskValidationError extends TaskError {
  constructor(
    message: string,
    options: TaskErrorOptions & { readonly issues?: readonly ValidationIssue[] } = {},
  ) {
    super('TASKS_VALIDATION', message, options);
    this.issues = options.issues ?? [];
  }

  readonly issues: readonly ValidationIssue[];
}

export class PayloadTooLargeError extends TaskError {
  constructor(
    readonly size: number,
    readonly maxSize: number,
    what = 'payload',
  ) {
    super('TASKS_PAYLOAD_TOO_LARGE', `The encoded ${what} has ${size} bytes; ${maxSize} are allowed.`);
  }
}

export class InvalidOptionError extends TaskError {
  constructor(readonly issues: readonly ValidationIssue[]) {
    super(
      'TASKS_INVALID_OPTION',
      `Invalid options:\n${issues.map((issue) => `  - ${issue.path || '(options)'}: ${issue.message}`).join('\n')}`,
    );
  }
}

export class InvalidDurationError extends TaskError {
  constructor(
    readonly value: unknown,
    path?: string,
    wrong = 'is not a duration of 0 ms or more',
    remedy?: string,
  ) {
    super(
      'TASKS_INVALID_DURATION',
      `${path === undefined ? 'Duration' : path}: ${show(value)} ${wrong}.`,
      remedy === undefined ? {} : { remedy },
    );
  }
}

export class InvalidNameError extends TaskError {
  constructor(
    kind: 'task' | 'queue' | 'schedule' | 'job id' | 'key',
    readonly value: unknown,
  ) {
    super(
      'TASKS_INVALID_NAME',
      `${show(value)} cannot be used as a ${kind}.`,
      kind === 'key' ? { remedy: KEY_REMEDY } : {},
    );
  }
}

const KEY_REMEDY = 'Use 1 to 255 characters of well-formed text without control characters.';

/** A command line that cannot be carried out as it is written. */
export class CommandError extends TaskError {
  constructor(message: string, options?: TaskErrorOptions) {
    super('TASKS_COMMAND', message, options);
  }
}

export class TaskRegistrationError extends TaskError {
  constructor(message: string, options?: TaskErrorOptions) {
    super('TASKS_REGISTRATION', message, options);
  }
}

export class DuplicateTaskError extends TaskError {
  constructor(
    readonly taskName: string,
    readonly first: string,
    readonly second: string,
    options?: TaskErrorOptions,
  ) {
    super('TASKS_DUPLICATE_TASK', `Task "${taskName}" is registered by ${first} and by ${second}.`, options);
  }
}

/** A hostile value must not flood or forge a log line: quoted, escaped, at most 80 characters. */
function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : describe(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** An object may have no prototype, it and a function a `toString` that throws. */
function describe(value: unknown): string {
  if (typeof value === 'function') return 'A function';
  return typeof value === 'object' && value !== null ? 'An object' : String(value);
}
