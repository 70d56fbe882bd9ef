import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { QueueRegistry, TaskManager, TasksModule, WorkerPool } from 'nestjs-tasks';
import { TasksTesting, TasksTestingModule } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../../unit/rejection.js';
import { startApp } from '../start-app.js';
import { Diary, Shop, ShopModule } from './shop.js';

const unreachable = () => {
  throw new Error('A test must not call the broker.');
};

@Module({
  imports: [
    ShopModule,
    TasksModule.forRoot({
      backendTypes: { broker: unreachable },
      backends: [
        { name: 'orders', type: 'broker', url: 'broker://production', options: { tls: true } },
        { name: 'mails', type: 'broker', url: 'broker://elsewhere' },
      ],
      queues: [{ name: 'narrow', backend: 'mails', concurrency: 1 }],
    }),
  ],
})
class AppModule {}

describe('TasksTestingModule beside an app', () => {
  const start = async () =>
    startApp({ imports: [AppModule, TasksTestingModule.register({ mode: 'inline' })] });

  it('puts every broker into memory, and leaves the queues where they are', async () => {
    const app = await start();
    const queues = app.get(QueueRegistry);
    expect(queues.get('narrow').backendName).toBe('mails');
    expect(queues.all().map(({ backend }) => backend.capabilities.scope)).toEqual(
      queues.all().map(() => 'process'),
    );
    const job = await app.get(TaskManager).enqueue('send', { to: 'ada' }, { queue: 'narrow' });
    await expect(job.result()).resolves.toBe('sent to ada');
  });

  it('keeps the limits of queues: one at a time, and each in the end', async () => {
    const app = await startApp({ imports: [AppModule, TasksTestingModule.register()] });
    for (const name of ['a', 'b', 'c']) await app.get(Shop).orders.wait.delay(name);
    expect(await app.get(TasksTesting).drain()).toMatchObject({ completed: 3 });
    expect(app.get(Diary).lines).toEqual(['wait a', 'wait b', 'wait c']);
  });

  it('starts no worker', async () => {
    const app = await start();
    expect(app.get(WorkerPool).isRunning).toBe(false);
  });

  it('works for several apps at once, each with its own clock and calls', async () => {
    const [one, other] = [await start(), await start()];
    await one.get(Shop).mails.send.delay({ to: 'ada' });
    await one.get(TasksTesting).advance('1h');
    other.get(TasksTesting).expectNotEnqueued();
    expect(one.get(TasksTesting).clock.now() - other.get(TasksTesting).clock.now()).toBe(3_600_000);
  });

  it('says what it needs where there is no app', async () => {
    const compiling = Test.createTestingModule({ imports: [TasksTestingModule.register()] }).compile();
    expect((await rejection(compiling)).message).toContain('needs TasksModule.forRoot()');
  });

  it('lets go of a handler that still runs when the app closes', async () => {
    const app = await startApp({ imports: [AppModule, TasksTestingModule.register()] });
    const job = await app.get(Shop).orders.hang.delay();
    const draining = rejection(app.get(TasksTesting).drain({ timeout: 50 }));
    await expect(app.close()).resolves.toBeUndefined();
    await draining;
    expect(job.id).toBeDefined();
  });

  it.each([
    [{ mode: 'inlin' }, 'Did you mean "inline"?'],
    [{ mod: 'inline' }, 'Did you mean "mode"?'],
    [null, 'must be an object'],
  ])('refuses %j, which would pass for the other mode', (options, message) => {
    expect(() => TasksTestingModule.register(options as object)).toThrow(message);
  });
});
