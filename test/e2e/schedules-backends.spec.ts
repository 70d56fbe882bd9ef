import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { Scheduled, TaskScheduler, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Beats {
  @Scheduled({ every: '1s' }, { name: 'beat' })
  beat(): void {}
}

type Backends = Pick<TasksModuleOptions, 'backend' | 'backends'>;

interface Place {
  readonly name: string;
  /** How many processes see the same store. */
  readonly apps: number;
  make(): Promise<Backends>;
}

const PLACES: readonly Place[] = [
  { name: 'memory', apps: 1, make: () => Promise.resolve({ backend: { type: 'memory' } }) },
  {
    name: 'Redis',
    apps: 3,
    async make() {
      const { url } = await sharedRedis();
      const prefix = uniquePrefix();
      onTestFinished(() => dropPrefix(url, prefix));
      return { backend: { type: 'redis', url, options: { prefix } } };
    },
  },
  {
    name: 'PostgreSQL',
    apps: 3,
    async make() {
      const { url } = await sharedPostgres();
      const schema = uniqueSchema();
      onTestFinished(() => dropSchema(url, schema));
      return { backend: { type: 'postgres', url, options: { schema } } };
    },
  },
  {
    name: 'RabbitMQ, whose jobs Redis keeps',
    apps: 2,
    async make() {
      const [{ url }, broker] = await Promise.all([sharedRedis(), sharedRabbitMq()]);
      const [prefix, exchange] = [uniquePrefix(), uniqueRabbitMqPrefix()];
      const queues = ['default', 'urgent', 'bulk', 'moved'].flatMap((name) => [
        `${exchange}.${name}`,
        `${exchange}.${name}:dead`,
      ]);
      onTestFinished(async () => {
        await dropFromBroker(broker.url, queues, [`${exchange}:work`, `${exchange}:dead`, `${exchange}:due`]);
        await dropPrefix(url, prefix);
      });
      return {
        backends: [
          { name: 'moved', type: 'rabbitmq', url: broker.url, options: { prefix: exchange }, state: 'kept' },
          { name: 'kept', type: 'redis', url, options: { prefix } },
        ],
      };
    },
  },
  {
    name: 'the embedded PostgreSQL',
    apps: 1,
    async make() {
      const dataDir = await mkdtemp(join(tmpdir(), 'schedules-'));
      onTestFinished(() => rm(dataDir, { recursive: true }));
      return { backend: { type: 'postgres', dataDir } };
    },
  },
];

const appOn = (backends: Backends): Promise<TestingModule> =>
  startApp({
    imports: [TasksModule.forRoot({ ...backends, scheduler: { lease: '1s' } })],
    providers: [Beats],
  });

/** The slots of all jobs of the schedule, in the order of their moments. */
async function slotsOf(app: TestingModule): Promise<number[]> {
  const { items } = await queueOf(app).jobs({ name: 'beat', limit: 1_000 });
  return items.map(({ firing }) => firing?.slot.getTime() ?? 0).toSorted((a, b) => a - b);
}

const fired = (app: TestingModule, count: number): Promise<void> =>
  new Promise((resolve) => {
    let seen = 0;
    app.get(TaskScheduler).events.subscribe(({ type }) => {
      if (type === 'fired' && ++seen === count) resolve();
    });
  });

/** Each second from the first to the last. */
const withoutHoles = (slots: readonly number[]): number[] =>
  slots.map((_, place) => (slots[0] ?? 0) + place * 1_000);

describe.each(PLACES)('schedules on $name', ({ apps, make }) => {
  it('give each slot one job, in whatever process', async () => {
    const backend = await make();
    const all: TestingModule[] = [];
    for (let place = 0; place < apps; place++) all.push(await appOn(backend));
    await Promise.race(all.map((app) => fired(app, 3)));
    const slots = await slotsOf(all[0] as TestingModule);
    expect(slots.length).toBeGreaterThanOrEqual(3);
    expect(slots).toEqual(withoutHoles(slots));
  }, 60_000);

  it('are kept with what was changed at run time', async () => {
    const app = await appOn(await make());
    const scheduler = app.get(TaskScheduler);
    expect(await scheduler.disable('beat')).toBe(true);
    await scheduler.schedule({ name: 'other', task: 'beat', cron: '0 9 * * *', timezone: 'Europe/Madrid' });
    expect(await scheduler.list()).toMatchObject([
      { name: 'beat', enabled: false, edited: true, source: 'code', every: 1_000 },
      { name: 'other', enabled: true, source: 'runtime', timezone: 'Europe/Madrid' },
    ]);
  }, 60_000);
});

describe('two processes on Redis', () => {
  it('hand on the lead at once when the one that leads ends, and lose no slot', async () => {
    const backend = await (PLACES[1] as Place).make();
    const [first, second] = [await appOn(backend), await appOn(backend)];
    await fired(first, 2);
    const next = fired(second, 2);
    await first.close();
    await next;
    const slots = await slotsOf(second);
    expect(slots).toEqual(withoutHoles(slots));
  }, 60_000);
});
