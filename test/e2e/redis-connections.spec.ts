import { Injectable } from '@nestjs/common';
import { Redis } from 'ioredis';
import { QueueRegistry, Task, TasksModule } from 'nestjs-tasks';
import { expect, it, onTestFinished } from 'vitest';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';
import { startApp } from './start-app.js';

const QUEUES = Array.from({ length: 30 }, (_, n) => `queue-${n}`);

@Injectable()
class Tasks {
  @Task({ name: 'work' })
  work(n: number): number {
    return n;
  }
}

it('an app with thirty queues that it serves, schedules and results that it awaits has three connections to Redis', async () => {
  const [{ url }, prefix] = [await sharedRedis(), uniquePrefix()];
  const admin = new Redis(url);
  const app = await startApp({
    imports: [
      TasksModule.forRoot({
        backend: { type: 'redis', url, options: { prefix, connectionName: prefix } },
        queues: QUEUES.map((name) => ({ name })),
        worker: { workerCount: 4 },
      }),
    ],
    providers: [Tasks],
  });
  onTestFinished(async () => {
    await dropPrefix(url, prefix);
    admin.disconnect();
  });
  const connections = async (): Promise<string[]> => {
    const list = String(await admin.call('CLIENT', 'LIST'));
    const names = [...list.matchAll(/ name=(\S+)/g)].map(([, name]) => name as string);
    return names.filter((name) => name.startsWith(`${prefix}:`)).toSorted();
  };
  const registry = app.get(QueueRegistry);
  const jobs = await Promise.all(QUEUES.map((name, n) => registry.get(name).enqueue('work', n)));
  expect(await Promise.all(jobs.map((job) => job.result({ timeout: '15s' })))).toEqual(
    QUEUES.map((_, n) => n),
  );
  const roles = ['blocking', 'commands', 'subscriber'].map((role) => `${prefix}:${role}`);
  expect(await connections()).toEqual(roles);
  await app.close();
  await expect.poll(connections).toEqual([]);
});
