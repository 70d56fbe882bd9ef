import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PostgresStateBackend } from '../../lib/backends/postgres/postgres-state-backend.js';
import { StateSweeper } from '../../lib/backends/postgres/state-sweeper.js';
import { loadStateStatements } from '../../lib/backends/postgres/state-statements.js';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { rejection } from '../unit/rejection.js';
import { postgresSettings } from './postgres-harness.js';

const schema = uniqueSchema();
let url: string;
let admin: pg.Client;
let database: PostgresDatabase;
let state: PostgresStateBackend;
beforeAll(async () => {
  ({ url } = await sharedPostgres());
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`set search_path to ${schema}`);
  database = new PostgresDatabase(postgresSettings({ url }, schema), () => undefined);
  state = new PostgresStateBackend(database);
  await state.open();
});
afterAll(async () => {
  await state.close();
  await admin.end();
  await dropSchema(url, schema);
});

async function count(table: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]?.count ?? 0;
}

async function sweep(): Promise<void> {
  const session = database.session();
  await new StateSweeper(session, loadStateStatements(database.loading).sweep).sweep();
  await session.end();
}

describe('a sweep', () => {
  it('forgets what is over, whatever there is of it, and nothing else', async () => {
    const brief = Array.from({ length: 1_200 }, (_, n) => ({ key: `brief-${n}`, value: 'v', ttl: 1 }));
    await state.set([...brief, { key: 'kept', value: 'v' }, { key: 'later', value: 'v', ttl: 60_000 }]);
    await state.take('full', { limit: 1_000, per: 1 }, 1);
    await state.take('charged', { limit: 1, per: 60_000 }, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sweep();
    expect((await state.get(['kept', 'later'])).map((value) => value?.value)).toEqual(['v', 'v']);
    expect(await count('state_value')).toBe(2);
    expect((await admin.query('select name from state_bucket')).rows).toEqual([{ name: 'charged' }]);
  });

  it('forgets a lease a day after its end, so that its fence does not come again', async () => {
    const first = await state.acquire('nightly', 'ada', 60_000);
    await state.release(first as NonNullable<typeof first>);
    await sweep();
    expect(await count('state_lease')).toBe(1);
    await admin.query("update state_lease set expires_at = now() - interval '25 hours'");
    await sweep();
    expect(await count('state_lease')).toBe(0);
    const second = await state.acquire('nightly', 'ada', 60_000);
    expect(BigInt(second?.fence ?? 0)).toBeGreaterThan(BigInt(first?.fence ?? 0));
  });

  it('forgets messages after a minute', async () => {
    await state.publish('long', 'x'.repeat(10_000));
    await sweep();
    expect(await count('state_message')).toBe(1);
    await admin.query("update state_message set sent_at = sent_at - interval '61 seconds'");
    await sweep();
    expect(await count('state_message')).toBe(0);
  });

  it('does not wait for rows that somebody else has', async () => {
    await state.set([{ key: 'busy', value: 'v', ttl: 1 }]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await admin.query('begin');
    await admin.query("select 1 from state_value where key = 'busy' for update");
    await sweep();
    await admin.query('rollback');
    await sweep();
    expect(await state.get(['busy'])).toEqual([undefined]);
  });
});

describe('a fence', () => {
  it('goes on above the last one although the sequence was set back', async () => {
    const before = await state.acquire('restored', 'ada', 1);
    await admin.query("update state_lease set fence = 1000000 where name = 'restored'");
    await new Promise((resolve) => setTimeout(resolve, 10));
    const after = await state.acquire('restored', 'bob', 1_000);
    expect(Number(before?.fence)).toBeLessThan(1_000_000);
    expect(after?.fence).toBe('1000001');
  });
});

describe('what cannot be counted', () => {
  it.each([
    ['a text', 'five', 1],
    ['a fraction', '1', 0.5],
    ['what is over the exact numbers', String(Number.MAX_SAFE_INTEGER), 1],
    ['bytes that are no text', Uint8Array.of(255, 254), 1],
  ])('is refused and left alone: %s', async (_, value, by) => {
    await state.set([{ key: 'counted', value }]);
    expect(await rejection(state.increment('counted', by))).toMatchObject({ code: 'TASKS_VALIDATION' });
    expect((await state.get(['counted']))[0]?.value).toEqual(value);
  });
});

describe('names', () => {
  it.each([
    ['a key', () => state.get(['a\0b'])],
    ['a lease', () => state.acquire('a\0b', 'ada', 1_000)],
    ['a member', () => state.index('i').add([{ member: 'a\0b', score: 1 }])],
    ['a bucket', () => state.take('a\0b', { limit: 1, per: 1_000 }, 1)],
  ])('with a NUL are refused: %s', async (_, call) => {
    expect(await rejection(call())).toMatchObject({ code: 'TASKS_VALIDATION' });
  });
});

describe('an index', () => {
  it('is read in pages of equal scores without reading what lies before, in the order of bytes', async () => {
    const index = state.index('ties');
    const members = Array.from({ length: 2_500 }, (_, n) => `m${String(n).padStart(4, '0')}`);
    await index.add(members.map((member) => ({ member, score: 7 })));
    const page = await index.range({ after: { member: 'm1999x', score: 7 }, limit: 2 });
    expect(page.map(({ member }) => member)).toEqual(['m2000', 'm2001']);
    const back = await index.range({ after: { member: 'm2000', score: 7 }, limit: 2, reverse: true });
    expect(back.map(({ member }) => member)).toEqual(['m1999', 'm1998']);
  });

  it.each([
    ['forward', 'range-forward-after', '(7, $$m1999$$)'],
    ['back', 'range-back-after', '(7, $$m1999$$)'],
  ])('is read from a place on by its index alone: %s', async (_, file) => {
    await admin.query('analyze state_member');
    await admin.query("set plan_cache_mode = 'force_generic_plan'");
    const key = file === 'range-forward-after' ? 'rangeForwardAfter' : 'rangeBackAfter';
    const { text } = loadStateStatements(database.loading)[key];
    await admin.query(`prepare page (text, float8, text, float8, bigint) as ${text}`);
    const { rows } = await admin.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, buffers) execute page ('ties', 7, 'm1999', ${key === 'rangeForwardAfter' ? 9 : 1}, 2)`,
    );
    await admin.query('deallocate page');
    await admin.query('reset plan_cache_mode');
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('state_member_order');
    expect(plan).not.toContain('Rows Removed');
  });

  it('keeps scores without end, and refuses what is no number', async () => {
    const index = state.index('endless');
    await index.add([
      { member: 'last', score: Infinity },
      { member: 'first', score: -Infinity },
    ]);
    expect(await index.range()).toEqual([
      { member: 'first', score: -Infinity },
      { member: 'last', score: Infinity },
    ]);
    expect(await rejection(index.add([{ member: 'm', score: NaN }]))).toMatchObject({
      code: 'TASKS_VALIDATION',
    });
  });

  it('takes the latest score of a member that is named twice', async () => {
    const index = state.index('twice');
    await index.add([
      { member: 'm', score: 1 },
      { member: 'm', score: 2 },
    ]);
    expect(await index.range()).toEqual([{ member: 'm', score: 2 }]);
  });

  it('has nothing behind a place that lies beyond the bounds, and all before one that lies ahead of them', async () => {
    const index = state.index('bounds');
    await index.add(['a', 'b', 'c'].map((member, score) => ({ member, score })));
    expect(await index.range({ after: { member: 'x', score: 9 }, max: 2 })).toEqual([]);
    expect(await index.range({ after: { member: 'x', score: -9 }, min: 1 })).toHaveLength(2);
    expect(await index.range({ after: { member: 'x', score: -9 }, min: 0, reverse: true })).toEqual([]);
    expect(await index.range({ after: { member: 'x', score: 9 }, max: 1, reverse: true })).toHaveLength(2);
  });
});

describe('messages', () => {
  it('that are published at once travel in few commits, all of them and in order', async () => {
    const heard: string[] = [];
    const watch = await state.watch('burst', (message) => heard.push(String(message)));
    const commits = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return Number((await admin.query<{ n: string }>('select txid_current() as n')).rows[0]?.n);
    };
    const before = await commits();
    const sent = Array.from({ length: 300 }, (_, n) =>
      n % 3 === 0 ? 'same' : n % 50 === 1 ? `${n}`.repeat(5_000) : `${n}`,
    );
    await Promise.all(sent.map((message) => state.publish('burst', message)));
    const spent = (await commits()) - before;
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(300);
    expect(heard).toEqual(sent);
    // Others use the server too; one a message would be three hundred.
    expect(spent).toBeLessThan(150);
    await watch.close();
  });

  it('that somebody else sends on the channel are none of ours', async () => {
    const heard: unknown[] = [];
    const watch = await state.watch('foreign', (message) => heard.push(message));
    const channel = database.channel('state:foreign');
    for (const text of ['', 'hello', 'r', 'r12x', 'r999999999', 't:', 'x0:y'])
      await admin.query('select pg_notify($1, $2)', [channel, text]);
    await state.publish('foreign', 'ours');
    await expect.poll(() => heard.length).toBe(1);
    expect(heard).toEqual(['ours']);
    await watch.close();
  });
});

describe('many writers of the same keys in any order', () => {
  it('all succeed', async () => {
    const keys = Array.from({ length: 40 }, (_, n) => `shared-${n}`);
    const writes = Array.from({ length: 30 }, (_, n) => {
      const order = n % 2 === 0 ? keys : keys.toReversed();
      return state.set(order.map((key) => ({ key, value: `${n}` })));
    });
    await Promise.all(writes);
    expect((await state.get(keys)).every((value) => value !== undefined)).toBe(true);
  });
});
