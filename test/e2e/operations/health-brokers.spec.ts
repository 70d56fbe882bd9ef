import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { type NamedBackendOptions, TasksModule } from 'nestjs-tasks';
import { TasksHealth, TasksHealthIndicator, TasksHealthModule } from 'nestjs-tasks/health';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../../servers/shared-rabbitmq.js';
import { TcpProxy } from '../../servers/tcp-proxy.js';
import { startApp } from '../start-app.js';
import { SHARED_BROKERS } from './brokers.js';

const NAMES = ['redis', 'postgres', 'rabbitmq'] as const;
type Name = (typeof NAMES)[number];
/** The queue that each brings; that of the primary one is the default queue. */
const QUEUE_OF = { redis: 'default', postgres: 'postgres', rabbitmq: 'rabbitmq' } as const;

/** RabbitMQ over a line that can be cut; its records are on the primary backend. */
async function rabbitMq(): Promise<{
  entry: NamedBackendOptions;
  proxy: TcpProxy;
  drop: () => Promise<void>;
}> {
  const { url } = await sharedRabbitMq();
  const prefix = uniqueRabbitMqPrefix();
  const target = new URL(url);
  const proxy = await TcpProxy.before(Number(target.port || 5672));
  target.host = `127.0.0.1:${proxy.port}`;
  return {
    entry: {
      name: 'rabbitmq',
      type: 'rabbitmq',
      url: target.href,
      options: { prefix },
      state: 'primary',
    },
    proxy,
    drop: () =>
      dropFromBroker(
        url,
        [`${prefix}.rabbitmq`, `${prefix}.rabbitmq:dead`],
        [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`],
      ),
  };
}

describe('The health of an app on Redis, PostgreSQL and RabbitMQ', { timeout: 60_000 }, () => {
  let entries: NamedBackendOptions[];
  let lines: Record<Name, TcpProxy>;
  const drops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    const [redis, postgres] = await Promise.all(
      SHARED_BROKERS.map(async ([, prepare]) => {
        const place = await prepare();
        drops.push(place.drop);
        return place.behindProxy();
      }),
    );
    const rabbit = await rabbitMq();
    drops.push(rabbit.drop);
    if (redis === undefined || postgres === undefined) throw new Error('there are two shared brokers');
    entries = [{ name: 'redis', ...redis.backend }, { name: 'postgres', ...postgres.backend }, rabbit.entry];
    lines = { redis: redis.proxy, postgres: postgres.proxy, rabbitmq: rabbit.proxy };
  });
  afterEach(async () => {
    await Promise.all(Object.values(lines).map((line) => line.close()));
    await Promise.all(drops.splice(0).map((drop) => drop()));
  });

  it.each(NAMES)('is that of the worst part: with %s away it alone is down, and all is', async (lost) => {
    const app = await startApp({
      imports: [
        TasksModule.forRoot({ backends: entries, logging: 'none' }),
        TasksHealthModule.forRoot({ timeout: '1s' }),
        TerminusModule.forRoot({ logger: false }),
      ],
    });
    const health = app.get(TasksHealth);
    const terminus = () =>
      app.get(HealthCheckService).check([() => app.get(TasksHealthIndicator).isHealthy('tasks')]);
    expect(await health.check()).toMatchObject({ status: 'up', reasons: [] });
    await expect(terminus()).resolves.toMatchObject({ status: 'ok' });

    lines[lost].silence(true);
    lines[lost].cut();
    await expect.poll(() => health.isReady(), { timeout: 10_000 }).toBe(false);
    const { status, backends, queues, reasons } = await health.check();
    expect(status).toBe('down');
    const states = Object.entries(backends).map(([name, part]) => [name, part.status]);
    expect(Object.fromEntries(states)).toEqual({
      redis: 'up',
      postgres: 'up',
      rabbitmq: 'up',
      [lost]: 'down',
    });
    // The records of RabbitMQ's queue are with the primary backend, and can be read from there.
    expect(queues[QUEUE_OF[lost]]?.status).toBe(lost === 'rabbitmq' ? 'up' : 'down');
    expect(queues[QUEUE_OF[lost === 'postgres' ? 'redis' : 'postgres']]?.status).toBe('up');
    expect(reasons.join('\n')).toContain(`backend ${lost}: `);
    expect(JSON.stringify({ backends, queues, reasons })).not.toMatch(/127\.0\.0\.1|guest|postgres@/);
    await expect(terminus()).rejects.toMatchObject({ response: { status: 'error' } });

    lines[lost].silence(false);
    lines[lost].cut();
    await expect.poll(() => health.isReady(), { timeout: 20_000, interval: 200 }).toBe(true);
  });
});
