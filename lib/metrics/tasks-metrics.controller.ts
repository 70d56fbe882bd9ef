import {
  type CanActivate,
  Controller,
  Get,
  Inject,
  Res,
  type Type,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TasksMetrics } from './tasks-metrics.js';

/** A controller that answers a scrape, on Express and on Fastify alike. */
export function metricsController(
  path: string,
  guards: readonly (Type<CanActivate> | CanActivate)[],
): Type<unknown> {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guards)
  class TasksMetricsController {
    constructor(
      @Inject(TasksMetrics) private readonly metrics: TasksMetrics,
      @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    ) {}

    @Get()
    async scrape(@Res({ passthrough: true }) response: unknown): Promise<string> {
      const { contentType, body } = await this.metrics.scrape();
      this.host.httpAdapter.setHeader(response, 'Content-Type', contentType);
      return body;
    }
  }
  return TasksMetricsController;
}
