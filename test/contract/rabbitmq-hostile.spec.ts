import type { Options } from 'amqplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { systemClock } from '../../lib/contract/index.js';
import type { BackendHarness, BackendUnderTest } from '../../lib/testing/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { ForeignProgram } from './foreign-program.js';
import { postgresHarness } from './postgres-harness.js';
import { redisHarness } from './redis-harness.js';

const QUEUE = 'mails';
const PATIENCE = { timeout: 15_000, interval: 10 };
const FAR = 5_000_000_000_000;

/** What AMQP carries, and a store may not: each as a foreign program could write it. */
const HOSTILE: readonly (readonly [Options.Publish, (string | Buffer)?])[] = [
  [{ type: 'an id with a NUL', messageId: 'a\0b' }],
  [{ type: 'an id of another script', messageId: 'заказ 17 / "x"' }],
  [{ type: 'an id that names a prototype', messageId: '__proto__' }],
  [{ type: 'a name with a \0', messageId: 'nul-name' }],
  [{ type: 'n'.repeat(200), messageId: 'long-name' }],
  [{ type: 'a header with a NUL', messageId: 'nul-header', headers: { a: '\0' } }],
  [{ type: 'a name of a header with a NUL', messageId: 'nul-header-name', headers: { 'a\0': 'b' } }],
  [{ type: 'a codec with a NUL', messageId: 'nul-codec', headers: { 'x-tasks-codec': 'a\0' } }],
  [{ type: 'too many retries', messageId: 'retries', headers: { 'x-tasks-max-retries': FAR } }],
  [{ type: 'a timeout of an age', messageId: 'timeout', headers: { 'x-tasks-timeout': FAR } }],
  [{ type: 'an escaped NUL', messageId: 'nul-body' }, '"\\u0000"'],
  [{ messageId: 'no-text' }, Buffer.from([0, 255])],
];

describe.each<[string, BackendHarness]>([
  ['redis', redisHarness],
  ['postgres', postgresHarness],
])('foreign messages that a ledger on %s may not keep as they are', (_, harness) => {
  let url: string;
  let prefix: string;
  let kept: BackendUnderTest;
  let queue: RabbitMqQueueBackend;
  let program: ForeignProgram;

  beforeEach(async () => {
    ({ url } = await sharedRabbitMq());
    prefix = uniqueRabbitMqPrefix();
    kept = await harness.create();
    const ledger = kept.backend.queue;
    await ledger.open();
    const settings = resolveRabbitMqOptions({ name: 'mq', url, options: { prefix } });
    queue = new RabbitMqQueueBackend({ settings, ledger, clock: systemClock, warn: () => undefined });
    queue.declare([{ name: QUEUE }]);
    await queue.open();
    program = await ForeignProgram.start(url, prefix);
  });
  afterEach(async () => {
    await program.stop();
    await queue.close();
    await kept.backend.queue.close();
    await kept.dispose?.();
    const names = [QUEUE, `${QUEUE}:dead`].map((name) => `${prefix}.${name}`);
    await dropFromBroker(url, names, [`${prefix}:work`, `${prefix}:dead`]);
  });

  it('are jobs or dead letters, and hold up none behind them', async () => {
    for (const [options, body = '1'] of HOSTILE) await program.publish(QUEUE, body, options);
    await program.publish(QUEUE, '2', { type: 'good', messageId: 'good' });
    const taken: string[] = [];
    await vi.waitFor(async () => {
      const take = [{ queue: QUEUE, limit: 20 }];
      const { jobs } = await queue.claim({ worker: 'w', lease: 60_000, take });
      taken.push(...jobs.map(({ id }) => id));
      expect(taken).toContain('good');
    }, PATIENCE);
    const { items: dead } = await queue.find({ queue: QUEUE, states: ['failed'] });
    expect(taken.length + dead.length).toBe(HOSTILE.length + 1);
    for (const { error } of dead) expect(error?.message).toMatch(/The message cannot be run: ./);
    expect(await program.count(QUEUE)).toBe(0);
  });
});
