import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type BackendOptions, Scheduled, TaskScheduler, TasksModule } from 'nestjs-tasks';

/** What its environment tells a process, as JSON in `FLEET_PLAN`. */
export interface FleetPlan {
  readonly backend: BackendOptions;
  readonly lease: string;
}

/** What it tells its parent. */
export interface FleetWord {
  readonly leading: boolean;
}

@Injectable()
class Beats {
  /** A machine that is busy with other things may keep all of them from saying that they live. */
  @Scheduled({ every: '1s' }, { name: 'beat', catchUp: { mode: 'all', max: 1_000 } })
  beat(): void {}
}

const { backend, lease } = JSON.parse(process.env['FLEET_PLAN'] ?? '{}') as FleetPlan;

/** It fires, and runs nothing: jobs stay to be looked at. */
@Module({
  imports: [
    TasksModule.forRoot({ backend, role: 'producer', logging: 'none', env: {}, scheduler: { lease } }),
  ],
  providers: [Beats],
})
class FleetModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(FleetModule, { logger: ['error'] });
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  const scheduler = app.get(TaskScheduler);
  const tell = (leading: boolean): void => void process.send?.({ leading } satisfies FleetWord);
  scheduler.events.subscribe((event) => {
    if (event.type === 'leader') tell(event.leading);
  });
  tell(scheduler.status().leading);
  process.on('disconnect', () => process.exit(1));
}

void main();
