import { Catch, HttpException, HttpStatus, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { TaskError, type ErrorCode } from 'nestjs-tasks';

const STATUS: Partial<Record<ErrorCode, HttpStatus>> = {
  TASKS_INVALID_NAME: HttpStatus.BAD_REQUEST,
  TASKS_VALIDATION: HttpStatus.BAD_REQUEST,
  TASKS_PAYLOAD_TOO_LARGE: HttpStatus.PAYLOAD_TOO_LARGE,
  TASKS_JOB_NOT_FOUND: HttpStatus.NOT_FOUND,
  TASKS_QUEUE_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  TASKS_BACKEND_UNAVAILABLE: HttpStatus.SERVICE_UNAVAILABLE,
  TASKS_CLOSED: HttpStatus.SERVICE_UNAVAILABLE,
};

/** Every error of the package has a code: one table turns them into answers. */
@Catch(TaskError)
export class TaskErrorFilter extends BaseExceptionFilter {
  override catch(error: TaskError, host: ArgumentsHost): void {
    const status = STATUS[error.code] ?? HttpStatus.INTERNAL_SERVER_ERROR;
    const { code, message } = error;
    super.catch(new HttpException({ statusCode: status, code, message }, status), host);
  }
}
