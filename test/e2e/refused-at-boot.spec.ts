import { Injectable } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import {
  BackendUnavailableError,
  Task,
  type TasksModuleOptions,
  TasksModule,
  type TaskQueue,
} from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../servers/child-server.mjs';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';
import { TcpProxy } from '../servers/tcp-proxy.js';
import { rejection } from '../unit/rejection.js';
import { queueOf } from './queue-of.js';

@Injectable()
class Greetings {
  @Task()
  greet(name: string): string {
    return `hello ${name}`;
  }
}

/** Longer than a test may take: who waited for it would be seen to. */
const LONG = '10m';

/** The address of a server, and what of it is this test's alone. */
const SERVERS = {
  Redis: async () => {
    const [{ url }, prefix] = [await sharedRedis(), uniquePrefix()];
    onTestFinished(() => dropPrefix(url, prefix));
    return { type: 'redis', url, options: { prefix } };
  },
  PostgreSQL: async () => {
    const [{ url }, schema] = [await sharedPostgres(), uniqueSchema()];
    onTestFinished(() => dropSchema(url, schema));
    return { type: 'postgres', url, options: { schema } };
  },
  RabbitMQ: async () => {
    const [{ url }, prefix] = [await sharedRabbitMq(), uniqueRabbitMqPrefix()];
    const queues = ['default', 'urgent', 'bulk'].flatMap((queue) => [
      `${prefix}.${queue}`,
      `${prefix}.${queue}:dead`,
    ]);
    onTestFinished(() => dropFromBroker(url, queues, [`${prefix}:work`, `${prefix}:dead`]));
    return { type: 'rabbitmq', url, options: { prefix } };
  },
} as const;
const STANDARD_PORTS: Readonly<Record<string, number>> = { redis: 6379, postgres: 5432, rabbitmq: 5672 };

/** An app that knows a server by an address at which nothing listens yet, and a way to have something there. */
async function appWithout(
  server: Awaited<ReturnType<(typeof SERVERS)[keyof typeof SERVERS]>>,
  connect: TasksModuleOptions['connect'],
) {
  const port = await freePort();
  const url = new URL(server.url);
  const target = Number(url.port) || (STANDARD_PORTS[server.type] as number);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const options = { ...server.options, connectTimeout: LONG };
  const app = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ env: {}, backend: { ...server, url: url.href, options }, connect })],
    providers: [Greetings],
  })
    .setLogger(new CapturingLogger())
    .compile();
  onTestFinished(() => app.close());
  const appear = async (): Promise<void> => {
    const proxy = await TcpProxy.before(target, port);
    onTestFinished(() => proxy.close());
  };
  return { app, appear };
}

/** Enqueues as soon as that is possible. */
async function enqueued(queue: TaskQueue) {
  for (;;) {
    try {
      return await queue.enqueue('greet', 'Ada');
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe.each(['Redis', 'PostgreSQL', 'RabbitMQ'] as const)(
  'an app whose %s refuses the connection at boot',
  { timeout: 60_000 },
  (name) => {
    it('goes on at once where it is told to, and runs jobs when the server is there', async () => {
      const { app, appear } = await appWithout(await SERVERS[name](), { onBoot: 'continue', timeout: LONG });
      await app.init();
      expect(await rejection(queueOf(app).enqueue('greet', 'Ada'))).toMatchObject({
        code: 'TASKS_BACKEND_UNAVAILABLE',
        outcome: 'not-sent',
      });
      await appear();
      const job = await enqueued(queueOf(app));
      await expect(job.result({ timeout: '30s' })).resolves.toBe('hello Ada');
    });

    it('fails at once where it is told nothing', async () => {
      const { app } = await appWithout(await SERVERS[name](), { onBoot: 'fail', timeout: LONG });
      expect(await rejection(app.init())).toMatchObject({
        code: 'TASKS_BACKEND_UNAVAILABLE',
        reason: expect.stringContaining('nothing listens at its address') as string,
      });
    });
  },
);
