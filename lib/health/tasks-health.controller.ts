import {
  type CanActivate,
  Controller,
  Get,
  Header,
  HttpStatus,
  Inject,
  Res,
  type Type,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { TaskHealth } from './task-health.js';
import { TasksHealth } from './tasks-health.js';

/** A controller that answers with the health of the tasks: 200, or 503 when they are down. On Express and on Fastify alike. */
export function healthController(
  path: string,
  guards: readonly (Type<CanActivate> | CanActivate)[],
): Type<unknown> {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guards)
  class TasksHealthController {
    constructor(
      @Inject(TasksHealth) private readonly health: TasksHealth,
      @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    ) {}

    @Get()
    @Header('Cache-Control', 'no-store')
    async check(@Res({ passthrough: true }) response: unknown): Promise<TaskHealth> {
      const health = await this.health.check();
      if (health.status === 'down') this.host.httpAdapter.status(response, HttpStatus.SERVICE_UNAVAILABLE);
      return health;
    }
  }
  return TasksHealthController;
}
