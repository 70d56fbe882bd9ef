import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { InjectTasks, Task, type TaskClient, TasksModule } from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';

@Injectable()
class Greeter {
  @Task({ queue: 'greetings' }) greet(name: string) {
    return `Hello, ${name}`;
  }
}
@Injectable()
class Door {
  constructor(@InjectTasks(Greeter) readonly greeter: TaskClient<Greeter>) {}
}
@Module({ imports: [TasksModule.forFeature({ handlers: [Greeter], queues: ['greetings'] })] })
class GreeterModule {}
@Module({
  imports: [GreeterModule, TasksModule.forFeature([Greeter]), TasksModule.forRoot()],
  providers: [Door],
})
class AppModule {}

describe('An application with tasks can be', () => {
  it.each([
    ['a plain context', {}],
    ['one with modules known by content', { moduleIdGeneratorAlgorithm: 'deep-hash' as const }],
    ['one whose graph is recorded', { snapshot: true }],
    [
      'one whose instances are wrapped by an agent',
      { instrument: { instanceDecorator: (instance: unknown) => wrapped(instance) } },
    ],
  ])('%s', async (_what, options) => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, ...options });
    onTestFinished(() => app.close());
    const job = await app.get(Door).greeter.greet.delay('Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
  });

  it('an HTTP server', async () => {
    const app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
    await app.listen(0);
    const job = await app.get(Door).greeter.greet.delay('Ada');
    await expect(job.result()).resolves.toBe('Hello, Ada');
    await app.close();
  });

  it('looked at without being started', async () => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, preview: true });
    await expect(app.close()).resolves.toBeUndefined();
  });

  it('closed without a timer, socket or handle left', async () => {
    const before = process.getActiveResourcesInfo();
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const job = await app.get(Door).greeter.greet.delay('Ada');
    await job.result();
    await app.get(Door).greeter.greet.delay('Ada', { delay: '1h' });
    await app.close();
    // What the runner had open before may be gone by now: nothing may have been added.
    const added = process.getActiveResourcesInfo();
    for (const kind of before) if (added.includes(kind)) added.splice(added.indexOf(kind), 1);
    expect(added).toEqual([]);
  });
});

/** As an APM agent does it: a proxy around whatever Nest makes. */
function wrapped(instance: unknown): unknown {
  if (typeof instance !== 'object' || instance === null || !(instance instanceof Greeter)) return instance;
  return new Proxy(instance, { get: (target, key): unknown => Reflect.get(target, key) });
}
