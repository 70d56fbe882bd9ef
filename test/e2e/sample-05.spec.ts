import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { AppModule } from '../../sample/05-rabbitmq/src/app.module.js';
import type { Receipt } from '../../sample/05-rabbitmq/src/notifications/email.js';
import { dropAll } from '../../sample/05-rabbitmq/src/stage/drop-all.js';
import { faultsOf } from '../../sample/05-rabbitmq/src/stage/faults.js';
import { findServers, settingsOf } from '../../sample/05-rabbitmq/src/stage/find-servers.js';
import { ForeignShop } from '../../sample/05-rabbitmq/src/stage/foreign-shop.js';
import { play } from '../../sample/05-rabbitmq/src/stage/play.js';
import { sharedPostgres } from '../servers/shared-postgres.js';
import { sharedRabbitMq } from '../servers/shared-rabbitmq.js';
import { sharedRedis } from '../servers/shared-redis.js';

/** A schema is migrated and dropped, on a machine that may be busy. */
const PATIENCE = 60_000;

describe('the notifications of sample 05', () => {
  it.each([
    { store: 'PostgreSQL', find: sharedPostgres },
    { store: 'Redis', find: sharedRedis },
  ])(
    'are sent once each, with $store as the primary',
    async ({ find }) => {
      const settings = settingsOf((await sharedRabbitMq()).url, (await find()).url);
      const module = await Test.createTestingModule({ imports: [AppModule.with(settings)] }).compile();
      const app = await module.init();
      const shop = await ForeignShop.open(settings.amqp, settings.prefix);
      try {
        expect((await play(app, shop, () => undefined)).join('\n')).toBe('');
      } finally {
        await shop.close();
        await app.close();
        await dropAll(settings);
      }
    },
    PATIENCE,
  );
});

describe('the check of sample 05', () => {
  const receipt = (to: string, at = 1_000): Receipt => ({ to, subject: 'News', attempt: 1, at });
  const expected = [
    { to: 'ada', subject: 'News' },
    { to: 'bob', subject: 'News', notBefore: 1_000 },
  ];

  it('is content with each message sent once, in whatever order', () => {
    expect(faultsOf([receipt('bob'), receipt('ada')], expected)).toEqual([]);
  });

  it.each([
    { what: 'one that nobody sent', sent: [receipt('bob')], fault: '"News" to ada was sent 0 times' },
    {
      what: 'one that was sent twice',
      sent: [receipt('ada'), receipt('ada'), receipt('bob')],
      fault: '"News" to ada was sent 2 times',
    },
    {
      what: 'one that was sent too early',
      sent: [receipt('ada'), receipt('bob', 990)],
      fault: '"News" to bob was sent 10 ms too early',
    },
    {
      what: 'one that nobody asked for',
      sent: [receipt('ada'), receipt('bob'), receipt('eve')],
      fault: '"News" to eve was sent, and nobody asked for it',
    },
  ])('tells of $what', ({ sent, fault }) => {
    expect(faultsOf(sent, expected)).toEqual([fault]);
  });
});

describe('the servers of sample 05', () => {
  const amqp = 'amqp://broker';

  it.each([
    [{ DATABASE_URL: 'postgres://db/app', REDIS_URL: 'redis://cache' }, 'postgres'],
    [{ REDIS_URL: 'redis://cache' }, 'redis'],
  ] as const)('of %o have their store on %s', async (env, type) => {
    const { settings } = await findServers({ AMQP_URL: amqp, ...env });
    expect(settings).toMatchObject({ amqp, store: { type } });
  });

  it('give each run a mark of its own', () => {
    const [one, other] = [settingsOf(amqp, 'redis://cache'), settingsOf(amqp, 'redis://cache')];
    expect(one.prefix).not.toBe(other.prefix);
    expect(one.store.options).not.toEqual(other.store.options);
  });
});
