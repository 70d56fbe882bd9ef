import { Injectable } from '@nestjs/common';
import { connect } from 'amqplib';
import { CapturingLogger, Test } from '@nestjs/testing';
import { getQueueToken, Task, type TaskQueue, TasksModule } from 'nestjs-tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../../servers/shared-rabbitmq.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../../servers/shared-redis.js';
import { jsonOf, nestTasks } from './nest-tasks.js';

@Injectable()
class MailTasks {
  @Task({ name: 'send-email', queue: 'mails', maxRetries: 0 })
  send({ to }: { to: string }): void {
    if (to.startsWith('nobody@')) throw new TypeError(`there is no ${to}`);
  }
}

interface Report {
  readonly findings: readonly { code: string; subject: string; message: string }[];
  readonly checks: readonly string[];
}

/** An app whose `mails` RabbitMQ moves, whose `default` Redis has alone, and a shell that knows their addresses. */
describe('RabbitMQ from a shell', { timeout: 60_000 }, () => {
  const [prefix, ledgerPrefix] = [uniqueRabbitMqPrefix(), uniquePrefix()];
  let [amqp, redis] = ['', ''];
  let address: string[];
  const queueNames = ['mails', 'moved'];

  const appOf = async (role: 'producer' | 'both') => {
    const backends = [
      { name: 'kept', type: 'redis', url: redis, options: { prefix: ledgerPrefix } },
      { name: 'moved', type: 'rabbitmq', url: amqp, options: { prefix }, state: 'kept' },
    ];
    const queues = [{ name: 'mails', backend: 'moved' }];
    const module = await Test.createTestingModule({
      imports: [TasksModule.forRoot({ backends, queues, role, logging: 'none' })],
      providers: [MailTasks],
    })
      .setLogger(new CapturingLogger())
      .compile();
    return module.init();
  };

  beforeAll(async () => {
    [amqp, redis] = [(await sharedRabbitMq()).url, (await sharedRedis()).url];
    address = ['--url', amqp, '--prefix', prefix, '--ledger', redis, '--ledger-prefix', ledgerPrefix];
    const worker = await appOf('both');
    const mails = worker.get<TaskQueue>(getQueueToken('mails'), { strict: false });
    const dead = await mails.enqueue('send-email', { to: 'nobody@example.com' });
    await dead.result({ timeout: '30s' }).catch(() => undefined);
    await worker.close();
    const producer = await appOf('producer');
    await producer
      .get<TaskQueue>(getQueueToken('mails'), { strict: false })
      .enqueue('send-email', { to: 'ada@example.com' });
    await producer
      .get<TaskQueue>(getQueueToken(), { strict: false })
      .enqueue('send-email', { to: 'ada@example.com' });
    await producer.close();
  });
  afterAll(async () => {
    const queues = queueNames.flatMap((name) => [`${prefix}.${name}`, `${prefix}.${name}:dead`]);
    await dropFromBroker(amqp, queues, [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`]);
    await dropPrefix(redis, ledgerPrefix);
  });

  const messagesIn = async (queue: string): Promise<number> => {
    const connection = await connect(amqp);
    const channel = await connection.createChannel();
    const { messageCount } = await channel.checkQueue(queue);
    await connection.close();
    return messageCount;
  };

  it('shows its queues and those of the store, each where it is', async () => {
    const run = await nestTasks(['queues', ...address, '--json']);
    const { items } = jsonOf<{ items: { queue: string; backend: string; counts: Record<string, number> }[] }>(
      run,
    );
    expect(items.filter(({ counts }) => Object.values(counts).some((count) => count > 0))).toMatchObject([
      { queue: 'mails', backend: 'rabbitmq', counts: { pending: 1, failed: 1 } },
      { queue: 'default', backend: 'redis', counts: { pending: 1 } },
    ]);
  });

  it('has its dead letters listed and put back, and the copy at the broker leaves', async () => {
    const list = await nestTasks(['dlq', 'list', ...address, '--json']);
    expect(jsonOf<{ items: unknown[] }>(list).items).toMatchObject([{ queue: 'mails', status: 'failed' }]);
    expect((await nestTasks(['dlq', 'retry', '--queue', 'mails', ...address])).code).toBe(0);
    const run = await nestTasks(['queues', ...address, '--queue', 'mails', '--json']);
    expect(jsonOf<{ items: unknown[] }>(run).items).toMatchObject([{ counts: { pending: 2, failed: 0 } }]);
    expect(await messagesIn(`${prefix}.mails:dead`)).toBe(0);
  });

  it('is looked at by the doctor, which names each queue once and declares none', async () => {
    const run = await nestTasks(['doctor', ...address, '--json']);
    const { checks, findings } = jsonOf<Report>(run);
    expect(checks.filter((check) => check.includes('mails'))).toHaveLength(1);
    expect(checks).toContainEqual(expect.stringMatching(/^Backend rabbitmq answers: rabbitmq \d/));
    expect(findings.filter(({ subject }) => subject === 'backend rabbitmq')).toEqual([]);
  });

  it('with options that are not those of its queues: the doctor says so', async () => {
    await dropFromBroker(amqp, [`${prefix}.mails`]);
    const connection = await connect(amqp);
    const channel = await connection.createChannel();
    await channel.assertQueue(`${prefix}.mails`, { durable: true });
    await connection.close();
    const run = await nestTasks(['doctor', ...address, '--json']);
    expect(jsonOf<Report>(run).findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['declared-otherwise']),
    );
  });
});
