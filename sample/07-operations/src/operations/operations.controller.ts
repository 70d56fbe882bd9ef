import { Controller, Get, UseGuards } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { type DashboardSummary, TaskDashboard } from 'nestjs-tasks/dashboard';
import { TasksHealthIndicator } from 'nestjs-tasks/health';
import { OperationsGuard } from './operations.guard.js';

@Controller()
export class OperationsController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly tasks: TasksHealthIndicator,
    private readonly dashboard: TaskDashboard,
  ) {}

  /** Beside `/health/tasks`: the tasks among all else that an app has checked. */
  @Get('health')
  @HealthCheck()
  check() {
    return this.health.check([() => this.tasks.isHealthy('tasks')]);
  }

  @Get('summary')
  @UseGuards(OperationsGuard)
  summary(): Promise<DashboardSummary> {
    return this.dashboard.summary();
  }
}
