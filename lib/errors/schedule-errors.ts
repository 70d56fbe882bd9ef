import { TaskError, type TaskErrorOptions } from './task-error.js';

/** A schedule that cannot fire as it is written. */
export class InvalidScheduleError extends TaskError {
  constructor(message: string, options?: TaskErrorOptions) {
    super('TASKS_INVALID_SCHEDULE', message, options);
  }
}

export class DuplicateScheduleError extends TaskError {
  constructor(
    readonly schedule: string,
    first: string,
    second?: string,
  ) {
    super(
      'TASKS_DUPLICATE_SCHEDULE',
      `Schedule "${schedule}" is declared by ${first}${second === undefined ? ' already' : ` and by ${second}`}.`,
    );
  }
}

export class ScheduleCycleError extends TaskError {
  constructor(readonly schedules: readonly string[]) {
    super('TASKS_SCHEDULE_CYCLE', `Schedules depend on each other in a circle: ${schedules.join(' → ')}.`);
  }
}

export class ScheduleNotFoundError extends TaskError {
  constructor(
    readonly schedule: string,
    detail = '',
  ) {
    super('TASKS_SCHEDULE_NOT_FOUND', `There is no schedule "${schedule}".${detail}`);
  }
}
