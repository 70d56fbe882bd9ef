import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../sample/07-operations/src/app.module.js';
import { tasksOptions } from '../../sample/07-operations/src/lanes.js';
import type { SeenSpan } from '../../sample/07-operations/src/operations/start-tracing.js';
import { answers, backendsOf, findBrokers } from '../../sample/07-operations/src/stage/find-brokers.js';
import { numbersOf } from '../../sample/07-operations/src/stage/look-at-metrics.js';
import { lookAtTraces } from '../../sample/07-operations/src/stage/look-at-traces.js';
import { planOf } from '../../sample/07-operations/src/stage/plan.js';
import { Relay } from '../../sample/07-operations/src/stage/relay.js';
import { Report } from '../../sample/07-operations/src/stage/report.js';
import { valueOf } from '../../sample/07-operations/src/stage/scraped.js';
import { sharedRedis } from '../servers/shared-redis.js';

const TOKEN = 'an operator';

describe('the shop of sample 07, in memory', () => {
  let app: INestApplication;
  beforeEach(async () => {
    vi.stubEnv('OPERATIONS_TOKEN', TOKEN);
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication({ logger: false });
    await app.init();
  });
  afterEach(async () => {
    await app.close();
    vi.unstubAllEnvs();
  });

  const http = () => request(app.getHttpServer() as Parameters<typeof request>[0]);
  const scrape = async (): Promise<string> =>
    (await http().get('/metrics').set('authorization', `Bearer ${TOKEN}`).expect(200)).text;

  it('has each order packed, billed and mailed, and counts all of it', async () => {
    const plan = planOf(3);
    for (const order of plan.orders) await http().post('/orders').send(order).expect(202);
    await expect
      .poll(async () => valueOf(await scrape(), 'tasks_runs_total', { task: 'mail', outcome: 'failed' }))
      .toBe(1);
    await expect
      .poll(async () => valueOf(await scrape(), 'tasks_runs_total', { task: 'mail', outcome: 'completed' }))
      .toBe(2);
    const report = new Report();
    numbersOf(await scrape(), 3, report);
    expect(report.faults).toEqual([]);
  });

  it('shows its numbers to nobody without the token', async () => {
    const asked = [http().get('/metrics'), http().get('/summary').set('authorization', 'Bearer nobody')];
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([403, 403]);
  });

  it('is up, by its own endpoint and by Terminus', async () => {
    expect((await http().get('/health/tasks').expect(200)).body).toMatchObject({ status: 'up' });
    expect((await http().get('/health').expect(200)).body).toMatchObject({
      status: 'ok',
      details: { tasks: { status: 'up' } },
    });
  });
});

describe('the lanes of sample 07', () => {
  it('have a broker each, or are on the first', () => {
    const SHOP_BACKENDS =
      '[{ "name": "redis", "type": "redis" }, { "name": "rabbitmq", "type": "rabbitmq" }]';
    expect(tasksOptions({ SHOP_BACKENDS })).toMatchObject({
      backends: [{ name: 'redis' }, { name: 'rabbitmq' }],
      queues: [
        { name: 'orders', backend: 'redis' },
        { name: 'invoices' },
        { name: 'mails', backend: 'rabbitmq' },
      ],
    });
  });

  it('leave out a broker that does not answer', async () => {
    const { url } = await sharedRedis();
    const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/app', AMQP_URL: 'amqp://127.0.0.1:1' };
    const { brokers, missing } = await findBrokers({ REDIS_URL: url, ...nowhere });
    expect(backendsOf(brokers)).toMatchObject([{ name: 'redis', type: 'redis', url }]);
    expect(backendsOf(brokers, { redis: 'redis://elsewhere' })).toMatchObject([{ url: 'redis://elsewhere' }]);
    expect(missing).toEqual(['postgres', 'rabbitmq']);
    await expect(findBrokers({ REDIS_URL: 'redis://127.0.0.1:1', ...nowhere })).rejects.toThrow(
      /apt-get install redis-server/,
    );
  });
});

describe('the line of sample 07', () => {
  it('is there, not there while it is cut, and there again at the same address', async () => {
    const { url } = await sharedRedis();
    const relay = await Relay.before(url, 6379);
    const address = relay.url;
    const isThere = () => answers(address, 6379);
    expect(await isThere()).toBe(true);
    await relay.cut();
    expect(await isThere()).toBe(false);
    await relay.mend();
    expect([relay.url, await isThere()]).toEqual([address, true]);
    await relay.cut();
  });
});

describe('the check of sample 07', () => {
  const plan = planOf(2);
  const WAY = ['send orders', 'process orders', 'send invoices', 'process invoices', 'send mails'];

  /** The spans of an order, each below the one before it. */
  function traceOf(order: string, { fails = false, again = false } = {}): SeenSpan[] {
    const span = (name: string, parent?: string, isError = false): SeenSpan => ({
      name,
      trace: order,
      id: `${order} ${name}${isError ? ' failed' : ''}`,
      parent: parent === undefined ? undefined : `${order} ${parent}`,
      isError,
      attributes: { 'shop.order': order },
    });
    return [
      span('POST /orders'),
      ...WAY.map((name, place) => span(name, ['POST /orders', ...WAY][place])),
      ...(again ? [span('process orders', 'send orders', true)] : []),
      span('process mails', 'send mails', fails),
    ];
  }
  const [fragile, undeliverable] = [plan.fragile, plan.undeliverable];
  const good = [...traceOf(fragile, { again: true }), ...traceOf(undeliverable, { fails: true })];
  const faultsOf = (spans: SeenSpan[]): string[] => {
    const report = new Report();
    lookAtTraces(spans, plan, report);
    return report.faults;
  };

  it('is content with a trace for each order, from its request to its mail', () => {
    expect(faultsOf(good)).toEqual([]);
  });

  it.each([
    { what: 'a request without its trace', spans: good.slice(1), fault: 'traces of orders: 1, expected 2' },
    {
      what: 'a span that is missing',
      spans: good.filter(({ id }) => id !== `${undeliverable} send invoices`),
      fault: `whether the trace of ${undeliverable} has "send invoices" in its place: false, expected true`,
    },
    {
      what: 'an attempt too few',
      spans: [...traceOf(fragile), ...traceOf(undeliverable, { fails: true })],
      fault: `attempts to pack ${fragile}: 1, expected 2`,
    },
    {
      what: 'a failure that no span tells',
      spans: [...traceOf(fragile, { again: true }), ...traceOf(undeliverable)],
      fault: `whether the mail of ${undeliverable} has an error: false, expected true`,
    },
  ])('tells of $what', ({ spans, fault }) => {
    expect(faultsOf(spans)).toContain(fault);
  });

  it('tells of numbers that do not fit the orders', () => {
    const report = new Report();
    numbersOf('# TYPE tasks_backend_up gauge\ntasks_backend_up{backend="orders"} 0\n', 2, report);
    expect(report.faults).toContain('tasks_enqueued_total {"task":"pack"}: undefined, expected 2');
    expect(report.faults.at(-1)).toMatch(/^backends that are not up: /);
  });
});
