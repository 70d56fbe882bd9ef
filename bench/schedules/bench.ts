import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Task, TaskScheduler, TasksModule } from 'nestjs-tasks';
import { type BenchSize, type Measure, measured } from '../measure.js';
import { quantile } from '../broker/quantile.js';

const SCHEDULES = 10_000;
/** Of one tick, in milliseconds of processor time. */
const TICK_TARGET = 50;
/** Megabytes of heap that 10,000 schedules add. */
const HEAP_TARGET = 50;
/** Milliseconds from a slot to its firing, 99 of 100. */
const LATENESS_TARGET = 100;
/** Seconds of ticks that are measured. */
const SECONDS = 10;

@Injectable()
class Nothing {
  @Task({ name: 'nothing' })
  nothing(): void {}
}

@Module({
  imports: [TasksModule.forRoot({ worker: { autoStart: false }, env: {} })],
  providers: [Nothing],
})
class BenchModule {}

/** One process that leads 10,000 schedules, half of them in zones, no two at the same time of the day. */
export async function* schedulesBench(_size: BenchSize): AsyncIterable<Measure> {
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error', 'warn'] });
  const scheduler = app.get(TaskScheduler);
  const before = heap();
  for (let place = 0; place < SCHEDULES; place++) {
    await scheduler.schedule({
      name: `s${place}`,
      task: 'nothing',
      cron: `${place % 60} ${Math.floor(place / 60) % 24} ${1 + (place % 28)} * *`,
      timezone: place % 2 === 0 ? 'Europe/Madrid' : 'UTC',
    });
  }
  yield row('heap that 10,000 schedules add', 'MB', (heap() - before) / 1e6, HEAP_TARGET);

  // Timers of the library keep no process alive.
  const hold = setInterval(() => undefined, 1_000);
  const lateness: number[] = [];
  // The leader takes in what was added, one after the other: ticks are measured when it has.
  while (scheduler.status().schedules < SCHEDULES) await sleep(100);
  await scheduler.schedule({ name: 'second', task: 'nothing', every: '1s' });
  const ticks = new Promise<void>((resolve) => {
    scheduler.events.subscribe((event) => {
      if (event.type === 'fired') lateness.push(event.lateness);
      if (lateness.length === SECONDS) resolve();
    });
  });
  const usage = process.cpuUsage();
  await ticks;
  const { user, system } = process.cpuUsage(usage);
  yield row(
    'a tick of 10,000 schedules',
    'ms of processor time',
    (user + system) / 1e3 / SECONDS,
    TICK_TARGET,
  );
  yield row('from a slot to its firing, p99', 'ms', quantile(lateness, 0.99), LATENESS_TARGET);
  clearInterval(hold);
  await app.close();
}

function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const row = (measure: string, unit: string, ours: number, target: number): Measure =>
  measured({
    backend: 'schedules',
    measure,
    unit,
    ours,
    peers: {},
    raw: null,
    ratio: ours,
    target,
    better: 'lower',
  });
