import { Injectable } from '@nestjs/common';
import { QueueFullError, Task, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

const PATIENCE = 60_000;
const QUEUES = ['moved', 'default', 'urgent', 'bulk'];

@Injectable()
class Sums {
  @Task({ name: 'double', maxRetries: 0 })
  double(n: number): number {
    return n * 2;
  }
}

let url: string;
const cleanUps: (() => Promise<void>)[] = [];
beforeAll(async () => {
  ({ url } = await sharedRabbitMq());
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Names at the broker that nobody else has. */
function aPrefix(): string {
  const prefix = uniqueRabbitMqPrefix();
  const queues = QUEUES.flatMap((queue) => [`${prefix}.${queue}`, `${prefix}.${queue}:dead`]);
  cleanUps.push(() => dropFromBroker(url, queues, [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`]));
  return prefix;
}

const appOf = (options: TasksModuleOptions) =>
  startApp({ imports: [TasksModule.forRoot(options)], providers: [Sums] });

/** Where the jobs are kept that RabbitMQ moves. */
const STORES = {
  Redis: async () => {
    const [{ url: at }, prefix] = [await sharedRedis(), uniquePrefix()];
    cleanUps.push(() => dropPrefix(at, prefix));
    return { type: 'redis', url: at, options: { prefix } };
  },
  PostgreSQL: async () => {
    const [{ url: at }, schema] = [await sharedPostgres(), uniqueSchema()];
    cleanUps.push(() => dropSchema(at, schema));
    return { type: 'postgres', url: at, options: { schema } };
  },
} as const;
const NUMBERS = Array.from({ length: 60 }, (_, n) => n);

describe('an app on RabbitMQ', () => {
  it.each(['Redis', 'PostgreSQL'] as const)(
    'runs its jobs, each once, and has their results from %s, in another process too',
    async (name) => {
      const [prefix, store] = [aPrefix(), await STORES[name]()];
      const backends = [
        { name: 'kept', ...store },
        { name: 'moved', type: 'rabbitmq', url, options: { prefix }, state: 'primary' },
      ];
      const caller = await appOf({ backends, role: 'producer' });
      const worker = await appOf({ backends });
      const queue = queueOf(caller, 'moved');
      const jobs = await queue.enqueueMany(NUMBERS.map((n) => ({ name: 'double', payload: n })));
      const results = await Promise.all(jobs.map((job) => job.result({ timeout: '30s' })));
      expect(results).toEqual(NUMBERS.map((n) => 2 * n));
      expect(await queue.count('completed')).toBe(60);
      await worker.close();
      await caller.close();
    },
    PATIENCE,
  );

  it.each(['classic', 'quorum'] as const)(
    'runs its jobs without a store, on %s queues',
    async (queueType) => {
      const app = await appOf({
        backend: { type: 'rabbitmq', url, options: { prefix: aPrefix(), queueType } },
      });
      const jobs = await Promise.all(NUMBERS.map((n) => queueOf(app).enqueue('double', n)));
      const results = await Promise.all(jobs.map((job) => job.result({ timeout: '30s' })));
      expect(results).toEqual(NUMBERS.map((n) => 2 * n));
      await app.close();
    },
    PATIENCE,
  );

  it.each(['classic', 'quorum'] as const)(
    'refuses what does not fit into a %s queue with QueueFullError, to whoever enqueues',
    async (queueType) => {
      const options = { prefix: aPrefix(), maxLength: 3, queueType };
      const app = await appOf({ backend: { type: 'rabbitmq', url, options }, role: 'producer' });
      const outcomes: unknown[] = [];
      for (const n of NUMBERS) {
        const job: unknown = await queueOf(app)
          .enqueue('double', n)
          .catch((error: unknown) => error);
        outcomes.push(job);
      }
      const refused = outcomes.filter((outcome) => outcome instanceof Error);
      expect(outcomes[0]).not.toBeInstanceOf(Error);
      expect(outcomes.at(-1)).toBeInstanceOf(QueueFullError);
      expect(outcomes.at(-1)).toMatchObject({ code: 'TASKS_QUEUE_FULL' });
      expect(refused.every((error) => error instanceof QueueFullError)).toBe(true);
      expect(await queueOf(app).count('pending')).toBe(outcomes.length - refused.length);
      await app.close();
    },
    PATIENCE,
  );

  it.each(['wait', 'continue'] as const)(
    'does not boot where the broker would refuse it again, whatever it does for an absent one: %s',
    async (onBoot) => {
      const nowhere = new URL(url);
      nowhere.pathname = '/nowhere';
      const boot = appOf({
        backend: { type: 'rabbitmq', url: nowhere.href },
        connect: { onBoot, timeout: '1m' },
      });
      await expect(boot).rejects.toMatchObject({
        code: 'TASKS_BACKEND_FAULT',
        message: expect.stringContaining('no such virtual host'),
        remedy: expect.stringContaining('Create the virtual host'),
      });
    },
  );
});
