import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../sample/03-redis/src/app.module.js';
import type { LedgerEntry } from '../../sample/03-redis/src/orders/ledger.js';
import { faultsOf } from '../../sample/03-redis/src/stage/faults.js';
import { dropKeys, findRedis } from '../../sample/03-redis/src/stage/find-redis.js';
import { readLedger } from '../../sample/03-redis/src/stage/ledger-file.js';
import { sharedRedis, uniquePrefix } from '../servers/shared-redis.js';

describe('the app of sample 03, in one process and without a broker', () => {
  let folder: string;
  let app: INestApplication;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-03-'));
    vi.stubEnv('LEDGER', join(folder, 'ledger.jsonl'));
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication({ logger: false });
    await app.init();
  });

  afterEach(async () => {
    await app.close();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  const http = () => request(app.getHttpServer() as Parameters<typeof request>[0]);

  it('takes an order, packs it, and hands its receipt to whoever waits for it', async () => {
    const accepted = await http().post('/orders').send({ orderId: 'OR-000001', packing: 0 }).expect(202);
    const { href } = accepted.body as { href: string };
    const receipt = { orderId: 'OR-000001', pid: process.pid, attempt: 1 };
    expect((await http().get(href).expect(200)).body).toEqual(receipt);
    expect(await readLedger(join(folder, 'ledger.jsonl'))).toEqual([
      { what: 'begun', ...receipt },
      { what: 'done', ...receipt },
    ]);
  });

  it('knows no order that it never had, and no id that cannot be one', async () => {
    await http().get(`/orders/${randomUUID()}/receipt`).expect(404);
    const refused = await http().get('/orders/none/receipt').expect(400);
    expect((refused.body as { message: string }).message).toContain('uuid');
  });
});

describe('the check of sample 03', () => {
  const plan = {
    orderIds: ['OR-000001', 'OR-000002', 'OR-900001'],
    workers: [1, 2],
    interrupted: { orderId: 'OR-900001', pid: 1 },
  };
  const entry = (what: LedgerEntry['what'], orderId: string, pid: number, attempt = 1): LedgerEntry => ({
    what,
    orderId,
    pid,
    attempt,
  });
  const run = (orderId: string, pid: number, attempt = 1): LedgerEntry[] => [
    entry('begun', orderId, pid, attempt),
    entry('done', orderId, pid, attempt),
  ];
  const interrupted = [entry('begun', 'OR-900001', 1), ...run('OR-900001', 2, 2)];
  const good = [...run('OR-000001', 1), ...run('OR-000002', 2), ...interrupted];

  it('is content with every order done once, and the interrupted one begun twice', () => {
    expect(faultsOf(good, plan)).toEqual([]);
  });

  it.each([
    {
      what: 'an order that nobody did',
      entries: good.slice(2),
      faults: ['OR-000001 was done 0 times', 'worker 1 did nothing'],
    },
    {
      what: 'an order that was done twice',
      entries: [...good, ...run('OR-000001', 2, 2)],
      faults: ['OR-000001 was done 2 times', 'OR-000001 was begun by 1 (attempt 1), 2 (attempt 2)'],
    },
    {
      what: 'an order that was begun twice and done once',
      entries: [...good, entry('begun', 'OR-000002', 1)],
      faults: ['OR-000002 was begun by 2 (attempt 1), 1 (attempt 1)'],
    },
    {
      what: 'an interruption that interrupted nothing',
      entries: [...good.slice(0, 4), ...run('OR-900001', 1)],
      faults: ['OR-900001 was begun by 1 (attempt 1), expected 1 (attempt 1), 2 (attempt 2)'],
    },
    {
      what: 'work of a stranger',
      entries: [...good, entry('begun', 'OR-777777', 3)],
      faults: ['3 worked on OR-777777, which nobody asked of it'],
    },
  ])('tells of $what', ({ entries, faults }) => {
    expect(faultsOf(entries, plan)).toEqual(faults);
  });

  it('reads what several processes wrote, line by line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    const file = join(folder, 'ledger.jsonl');
    await writeFile(file, good.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(await readLedger(file)).toEqual(good);
    await rm(folder, { recursive: true });
  });
});

describe('the server of sample 03', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('is the one that REDIS_URL names', async () => {
    const { url } = await sharedRedis();
    vi.stubEnv('REDIS_URL', url);
    expect(await findRedis()).toMatchObject({ url, where: 'REDIS_URL' });
  });

  it('is no other one when that does not answer: the error says how to get one', async () => {
    vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1');
    await expect(findRedis()).rejects.toThrow(
      /No Redis answers at REDIS_URL\. .*apt-get install redis-server/,
    );
  });

  it('keeps nothing of a run, and everything else', async () => {
    const { url } = await sharedRedis();
    const client = new Redis(url);
    const prefix = uniquePrefix();
    await client.mset({ [`${prefix}:a:1`]: '1', [`${prefix}:a:2`]: '2', [`${prefix}:b`]: '3' });
    expect(await dropKeys(url, `${prefix}:a`)).toBe(2);
    expect(await client.get(`${prefix}:b`)).toBe('3');
    await client.unlink(`${prefix}:b`);
    client.disconnect();
  });
});
