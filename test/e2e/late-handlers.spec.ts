import { Injectable } from '@nestjs/common';
import { HandlerRegistry, Task, TasksModule } from 'nestjs-tasks';
import { ManualClock } from 'nestjs-tasks/testing';
import { describe, expect, it } from 'vitest';
import { settle } from './gate.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

@Injectable()
class Greeter {
  readonly greeting = 'Hello';
  @Task() greet(name: string) {
    return `${this.greeting}, ${name}`;
  }
}

const start = () => startApp({ imports: [TasksModule.forRoot()], providers: [Greeter] });
describe('HandlerRegistry in a running application', () => {
  it('serves functions that are registered after the start, with their options', async () => {
    const app = await start();
    app.get(HandlerRegistry).register('double', (n: number) => n * 2, { maxRetries: 0, priority: 10 });
    const job = await queueOf(app).enqueue('double', 21);
    expect(job).toMatchObject({ maxRetries: 0, priority: 10 });
    await expect(job.result()).resolves.toBe(42);
  });

  it('serves jobs that came before their handler, once it is there', async () => {
    const clock = new ManualClock();
    const app = await startApp({
      imports: [TasksModule.forRoot({ clock, worker: { unknownTask: 'release' } })],
    });
    const job = await queueOf(app).enqueue('later');
    await settle();
    expect(await job.refresh()).toMatchObject({ status: 'scheduled', attempt: 0 });
    app.get(HandlerRegistry).register('later', () => 'served');
    await clock.advance(1_000);
    await expect(job.result()).resolves.toBe('served');
  });

  it('no longer serves what is unregistered', async () => {
    const app = await start();
    expect(app.get(HandlerRegistry).unregister('greet')).toBe(true);
    const failed = nextEvent(app, 'failed');
    await queueOf(app).enqueue('greet', 'Ada');
    await expect(failed).resolves.toMatchObject({ reason: { code: 'TASKS_NOT_FOUND' } });
  });

  it('serves what takes the place of another, by its new options', async () => {
    const app = await start();
    const registry = app.get(HandlerRegistry);
    await (await queueOf(app).enqueue('greet', 'Ada')).result();
    registry.unregister('greet');
    registry.register('greet', (name: string) => `Goodbye, ${name}`);
    const job = await queueOf(app).enqueue('greet', 'Ada');
    await expect(job.result()).resolves.toBe('Goodbye, Ada');
  });

  it('calls a handler by hand', async () => {
    const app = await start();
    await expect(app.get(HandlerRegistry).execute({ name: 'greet', payload: 'Ada' })).resolves.toBe(
      'Hello, Ada',
    );
  });
});
