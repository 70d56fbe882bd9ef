import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseSession, PostgresDatabase } from '../../lib/backends/postgres/database.js';
import { PgListener } from '../../lib/backends/postgres/pg-listener.js';
import { resolvePostgresOptions } from '../../lib/backends/postgres/resolve-postgres-options.js';
import type { SqlStatement } from '../../lib/backends/postgres/sql-statement.js';
import { type BackendUnavailableError, TasksClosedError } from '../../lib/errors/index.js';
import { type PrivatePostgres, startPostgres } from '../servers/postgres.mjs';
import { TcpProxy } from '../servers/tcp-proxy.js';
import { rejection } from '../unit/rejection.js';

let server: PrivatePostgres;
beforeAll(async () => {
  const hba = 'host guarded all 127.0.0.1/32 scram-sha-256';
  server = await startPostgres({ hba });
  await ask("set password_encryption = 'scram-sha-256'");
  await ask("create role app login password 'right'");
  await ask('create database guarded');
  await ask('create table counted (n int not null)');
}, 60_000);
afterAll(() => server.stop());

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

interface Connected {
  readonly database: PostgresDatabase;
  readonly session: DatabaseSession;
}

async function connect(options: Record<string, unknown> = {}, url?: string | null): Promise<Connected> {
  const where = url === null ? {} : { url: url ?? server.url };
  const settings = resolvePostgresOptions({ name: 'jobs', type: 'postgres', ...where, options });
  const database = new PostgresDatabase(settings, () => undefined);
  const session = database.session();
  opened.push(() => database.close(session));
  await database.open(session);
  return { database, session };
}

const statement = (text: string): SqlStatement => ({
  name: createHash('sha256').update(text).digest('hex').slice(0, 40),
  text,
});
const ONE = statement('select 1 as one');
const COUNT = statement('insert into public.counted values (1)');

/** Statements of somebody else. @returns the rows of the last */
async function ask(...texts: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const text of texts) ({ rows } = await client.query<Record<string, unknown>>(text));
    return rows;
  } finally {
    await client.end();
  }
}

/** Roles of this test's connections, as the server lists them. */
async function connectionsOf(name: string): Promise<string[]> {
  const rows = await ask(
    `select application_name as name from pg_stat_activity where application_name like '${name}:%' order by 1`,
  );
  return rows.map((row) => String(row['name']));
}

/** Ends every connection whose name begins so. */
const killAll = (name: string) =>
  ask(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like '${name}:%'`);

async function eventually(holds: () => boolean | Promise<boolean>, what: string, ms = 15_000): Promise<void> {
  for (const deadline = performance.now() + ms; performance.now() < deadline; await sleep(20))
    if (await holds()) return;
  throw new Error(`It did not come true: ${what}`);
}

const succeeds = (session: DatabaseSession) => () =>
  session.query(ONE).then(
    () => true,
    () => false,
  );

describe('connections', () => {
  it('are no more than the pool has, and one that listens, for both interfaces together', async () => {
    const { database, session } = await connect({ applicationName: 'few', poolSize: 3 });
    const other = database.session();
    await database.open(other);
    for (let n = 0; n < 20; n++)
      await other.listen(database.channel(`n${n}`), { onMessage: () => undefined });
    await Promise.all(Array.from({ length: 20 }, () => session.query(ONE)));
    expect(await connectionsOf('few')).toEqual(['few:calls', 'few:calls', 'few:calls', 'few:listen']);
    await database.close(other);
  });

  it('are gone once both interfaces are closed, and not before', async () => {
    const { database, session } = await connect({ applicationName: 'closing' });
    const other = database.session();
    await database.open(other);
    await other.listen(database.channel('news'), { onMessage: () => undefined });
    other.repeat(10, () => other.query(ONE));
    await database.close(other);
    expect(await rejection(other.query(ONE))).toBeInstanceOf(TasksClosedError);
    expect(await session.query(ONE)).toEqual([{ one: 1 }]);
    await database.close(session);
    await database.close(session);
    expect(database.handles).toBe(0);
    await eventually(async () => (await connectionsOf('closing')).length === 0, 'no connection');
  });

  it('settle open calls before they close', async () => {
    const { database, session } = await connect();
    const call = session.query(statement('select pg_sleep(0.2), 7 as seven'));
    await database.close(session);
    expect(await call).toMatchObject([{ seven: 7 }]);
  });

  it('of one serve many calls and transactions in turn', async () => {
    const { session } = await connect({ poolSize: 1 });
    const calls = Array.from({ length: 30 }, (_, n) =>
      n % 3 === 0 ? session.transaction((tx) => tx.query(ONE)) : session.query(ONE),
    );
    expect(await Promise.all(calls)).toEqual(calls.map(() => [{ one: 1 }]));
  });

  it('that are all busy let a call wait no longer than the connect timeout, and say so', async () => {
    const { session } = await connect({ poolSize: 1, connectTimeout: 300 });
    const busy = session.query(statement('select pg_sleep(1.5)'));
    const error = await rejection<BackendUnavailableError>(session.query(ONE));
    expect(error).toMatchObject({ outcome: 'not-sent' });
    expect(error.remedy).toContain('options.poolSize');
    await busy;
  });

  it('of an injected pool are used, and the pool is neither closed nor told anything', async () => {
    const pool = new pg.Pool({ connectionString: server.url, application_name: 'theirs:calls', max: 2 });
    const { database, session } = await connect({ pool }, null);
    const heard: string[] = [];
    await session.listen(database.channel('news'), { onMessage: (text) => heard.push(text) });
    await ask(`notify ${database.channel('news')}, 'hello'`);
    await eventually(() => heard.length === 1, 'the message arrives');
    const [row] = await session.query(statement("select current_setting('statement_timeout') as limit"));
    expect(row).toEqual({ limit: '0' });
    await database.close(session);
    expect((await pool.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('are told how long a statement may take, and that each sees what is committed', async () => {
    await ask("alter role postgres set default_transaction_isolation = 'serializable'");
    const { session } = await connect({ commandTimeout: '2s' });
    await ask('alter role postgres reset default_transaction_isolation');
    const [row] = await session.query(
      statement(
        "select current_setting('statement_timeout') as limit, current_setting('transaction_isolation') as level",
      ),
    );
    expect(row).toEqual({ limit: '1800ms', level: 'read committed' });
  });
});

describe('a server that cannot be reached', () => {
  const unreachable = 'postgres://app:hunter2@127.0.0.1:1/app';

  it('ends the start with what was in the way, and without the password', async () => {
    const error = await rejection<BackendUnavailableError>(connect({ connectTimeout: 300 }, unreachable));
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_UNAVAILABLE', outcome: 'not-sent', backend: 'jobs' });
    expect((error.cause as Error).message).toContain('ECONNREFUSED');
    const shown = JSON.stringify(error) + String(error.stack) + String((error.cause as Error).stack);
    expect(shown).not.toContain('hunter2');
  });

  it('can be opened again once it is there', async () => {
    const proxy = await TcpProxy.before(server.port);
    const settings = resolvePostgresOptions({
      name: 'jobs',
      type: 'postgres',
      url: `postgres://postgres@127.0.0.1:${proxy.port}/postgres`,
      options: { connectTimeout: 300 },
    });
    const database = new PostgresDatabase(settings, () => undefined);
    const session = database.session();
    proxy.silence(true);
    expect(await rejection(database.open(session))).toMatchObject({ outcome: 'not-sent' });
    expect(database.handles).toBe(0);
    proxy.silence(false);
    await database.open(session);
    expect(await session.query(ONE)).toEqual([{ one: 1 }]);
    await database.close(session);
    await proxy.close();
  });

  it('ends it at once where the password is wrong', async () => {
    const url = `postgres://app:hunter2@127.0.0.1:${server.port}/guarded`;
    const error = await rejection<BackendUnavailableError>(connect({ connectTimeout: '20s' }, url));
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_FAULT', cause: { code: '28P01' } });
    expect(error.remedy).toContain('user and password');
    expect(JSON.stringify(error) + String((error.cause as Error).stack)).not.toContain('hunter2');
  });

  it('ends it where the database does not exist, and says that it has to be created', async () => {
    const error = await rejection<BackendUnavailableError>(
      connect({}, server.url.replace(/\/postgres$/, '/nowhere')),
    );
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_FAULT', cause: { code: '3D000' } });
    expect(error.remedy).toContain('Create the database');
  });

  it('ends it where the user may not create the schema, and says what is needed', async () => {
    await ask(
      "do $$ begin if not exists (select from pg_roles where rolname = 'guest') then create role guest login; end if; end $$",
    );
    const error = await rejection<BackendUnavailableError>(
      connect({ schema: 'forbidden' }, server.url.replace('postgres@', 'guest@')),
    );
    expect(error).toMatchObject({ code: 'TASKS_BACKEND_FAULT', cause: { code: '42501' } });
    expect(error.remedy).toContain('create and use its schema');
  });
});

describe('a call', () => {
  it('whose reply is lost rejects as unknown, and is not sent again', async () => {
    const proxy = await TcpProxy.before(server.port);
    const { session } = await connect({}, `postgres://postgres@127.0.0.1:${proxy.port}/postgres`);
    await session.query(COUNT);
    await ask('truncate counted');
    proxy.loseNextReply();
    expect(await rejection(session.query(COUNT))).toMatchObject({ outcome: 'unknown' });
    await eventually(succeeds(session), 'calls succeed');
    expect(await ask('select count(*)::int as n from counted')).toEqual([{ n: 1 }]);
    await proxy.close();
  });

  it('over a network that has gone rejects after the command timeout', async () => {
    const proxy = await TcpProxy.before(server.port);
    const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
    const { session } = await connect({ commandTimeout: 300, connectTimeout: 300 }, url);
    proxy.silence(true);
    expect(await rejection(session.query(ONE))).toMatchObject({ outcome: 'unknown' });
    expect(await rejection(session.query(ONE))).toMatchObject({ outcome: 'not-sent' });
    proxy.silence(false);
    proxy.cut();
    await eventually(succeeds(session), 'calls succeed');
    await proxy.close();
  });

  it('to a server that is frozen rejects as unknown after the command timeout, and works again once it goes on', async () => {
    const { session } = await connect({ commandTimeout: 400, connectTimeout: 400 });
    server.freeze();
    const started = performance.now();
    expect(await rejection(session.query(ONE))).toMatchObject({ outcome: 'unknown' });
    expect(await rejection(session.query(ONE))).toMatchObject({ outcome: 'not-sent' });
    expect(performance.now() - started).toBeLessThan(5_000);
    server.thaw();
    await eventually(succeeds(session), 'calls succeed');
  });

  it('is no reason for a close to wait on a server that is frozen', async () => {
    const { database, session } = await connect({ commandTimeout: 400 });
    await session.listen(database.channel('news'), { onMessage: () => undefined });
    server.freeze();
    const started = performance.now();
    await database.close(session);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(database.handles).toBe(0);
    server.thaw();
  });

  it('whose connection was ended meanwhile rejects, and the next one succeeds', async () => {
    const { session } = await connect({ applicationName: 'victim' });
    const call = rejection(session.query(statement('select pg_sleep(20)')));
    await eventually(async () => {
      const rows = await ask(
        "select 1 from pg_stat_activity where application_name = 'victim:calls' and query like '%sleep(20)%'",
      );
      return rows.length > 0;
    }, 'it runs');
    await killAll('victim');
    expect(await call).toMatchObject({ outcome: 'unknown', cause: { code: '57P01' } });
    expect(await session.query(ONE)).toEqual([{ one: 1 }]);
  });

  it('after all idle connections were ended takes a new one', async () => {
    const { session } = await connect({ applicationName: 'idle' });
    await Promise.all(Array.from({ length: 5 }, () => session.query(ONE)));
    await killAll('idle');
    await eventually(succeeds(session), 'calls succeed', 2_000);
    expect(await session.query(ONE)).toEqual([{ one: 1 }]);
  });

  it('rejects at once as not sent while the server is gone, and succeeds once it is back', async () => {
    const { session } = await connect();
    await server.kill();
    await eventually(
      async () => (await rejection<BackendUnavailableError>(session.query(ONE))).outcome === 'not-sent',
      'the loss is noticed',
    );
    const started = performance.now();
    expect(await rejection(session.query(ONE))).toMatchObject({ outcome: 'not-sent' });
    expect(performance.now() - started).toBeLessThan(1_000);
    await server.start();
    await eventually(succeeds(session), 'calls succeed');
  }, 60_000);

  it('that takes too long is ended by the server, so that its outcome is known', async () => {
    const { session } = await connect({ commandTimeout: 1_000, statementTimeout: 200 });
    const error = await rejection<BackendUnavailableError>(session.query(statement('select pg_sleep(20)')));
    expect(error).toMatchObject({ outcome: 'not-sent', cause: { code: '57014' } });
    expect(error.remedy).toContain('options.statementTimeout');
  });

  it('to a server that has become read only says that nothing was done, and finds it when it takes writes again', async () => {
    const { session } = await connect();
    await session.query(COUNT);
    await ask('alter system set default_transaction_read_only = on', 'select pg_reload_conf()');
    let refused: unknown;
    try {
      await eventually(
        () =>
          session.query(COUNT).then(
            () => false,
            (error: unknown) => {
              refused = error;
              return true;
            },
          ),
        'it is read only',
      );
    } finally {
      await ask(
        'set default_transaction_read_only = off',
        'alter system reset default_transaction_read_only',
        'select pg_reload_conf()',
      );
    }
    expect(refused).toMatchObject({ outcome: 'not-sent', cause: { code: '25006' } });
    await eventually(() => session.query(COUNT).then(Boolean, () => false), 'writes succeed');
  });

  it('does not show the values that it was made with', async () => {
    const { session } = await connect();
    await ask('create table if not exists picky (secret text primary key)');
    const insert = statement('insert into public.picky values ($1)');
    await session.query(insert, ['hunter2']);
    const error = await rejection<BackendUnavailableError>(session.query(insert, ['hunter2']));
    expect(error).toMatchObject({ outcome: 'not-sent', cause: { code: '23505' } });
    expect(JSON.stringify(error) + JSON.stringify(error.cause) + String(error.stack)).not.toContain(
      'hunter2',
    );
  });
});

describe('a transaction', () => {
  const total = async () => (await ask('select count(*)::int as n from counted'))[0]?.['n'];

  it('is there as a whole or not at all', async () => {
    const { session } = await connect();
    await ask('truncate counted');
    const mine = new Error('mine');
    await expect(
      session.transaction(async (tx) => {
        await tx.query(COUNT);
        throw mine;
      }),
    ).rejects.toBe(mine);
    expect(await total()).toBe(0);
    await session.transaction(async (tx) => {
      await tx.query(COUNT);
      await tx.query(COUNT);
    });
    expect(await total()).toBe(2);
  });

  it('that hides the failure of a statement is not taken for committed', async () => {
    const { session } = await connect();
    await ask('truncate counted');
    const hiding = session.transaction(async (tx) => {
      await tx.query(COUNT);
      await tx.query(statement('select 1 / 0')).catch(() => undefined);
    });
    expect(await rejection(hiding)).toMatchObject({ outcome: 'not-sent' });
    expect(await total()).toBe(0);
  });

  it('whose connection ends before its commit has not happened', async () => {
    const { session } = await connect({ applicationName: 'halfway' });
    await ask('truncate counted');
    const cut = session.transaction(async (tx) => {
      await tx.query(COUNT);
      await killAll('halfway');
      await tx.query(COUNT);
    });
    expect(await rejection(cut)).toMatchObject({ outcome: 'not-sent' });
    expect(await total()).toBe(0);
  });

  it('whose commit has no reply has an unknown outcome', async () => {
    const proxy = await TcpProxy.before(server.port);
    const { session } = await connect({}, `postgres://postgres@127.0.0.1:${proxy.port}/postgres`);
    await session.query(COUNT);
    await ask('truncate counted');
    const lost = session.transaction(async (tx) => {
      await tx.query(COUNT);
      proxy.loseNextReply();
    });
    expect(await rejection(lost)).toMatchObject({ outcome: 'unknown' });
    expect(await total()).toBe(1);
    await proxy.close();
  });

  it('that ran into another one is tried again: deadlocks', async () => {
    const { session } = await connect();
    await ask('create table if not exists pair (id int primary key, n int not null)');
    await ask('truncate pair; insert into pair values (1, 0), (2, 0)');
    const raise = (id: number) => statement(`update public.pair set n = n + 1 where id = ${id}`);
    let runs = 0;
    const step = (first: number, second: number) =>
      session.transaction(async (tx) => {
        runs++;
        await tx.query(raise(first));
        await tx.query(statement('select pg_sleep(0.1)'));
        await tx.query(raise(second));
      });
    await Promise.all([step(1, 2), step(2, 1), step(1, 2), step(2, 1)]);
    expect(runs).toBeGreaterThan(4);
    expect(await ask('select n from pair')).toEqual([{ n: 4 }, { n: 4 }]);
  }, 30_000);

  it('that ran into another one is tried again: serialisation failures', async () => {
    const { session } = await connect();
    await ask('create table if not exists total (n int not null)');
    await ask('truncate total; insert into total values (0)');
    const add = () =>
      session.transaction(async (tx) => {
        await tx.script('set transaction isolation level repeatable read');
        await tx.query(statement('update public.total set n = n + 1'));
      });
    await Promise.all(Array.from({ length: 6 }, add));
    expect(await ask('select n from total')).toEqual([{ n: 6 }]);
  });
});

describe('a prepared statement', () => {
  it.each(['alter table picked add column more int', 'alter table picked drop column more'])(
    'goes on after a migration has changed its table: %s',
    async (change) => {
      await ask('create table if not exists picked (n int)');
      const { session } = await connect({ poolSize: 3 });
      const all = statement('select * from public.picked');
      await Promise.all(Array.from({ length: 6 }, () => session.query(all)));
      await ask(change);
      const rows = await Promise.all(Array.from({ length: 6 }, () => session.query(all)));
      expect(rows).toEqual(rows.map(() => []));
      await session.transaction((tx) => tx.query(all));
    },
  );

  it('goes on after the server has forgotten it', async () => {
    const { session } = await connect({ poolSize: 1 });
    await session.query(ONE);
    await session.transaction((tx) => tx.script('deallocate all'));
    expect(await session.query(ONE)).toEqual([{ one: 1 }]);
  });
});

describe('a channel', () => {
  const notify = (channel: string, text: string) => ask(`select pg_notify('${channel}', '${text}')`);

  it('is listened to again after the connection was lost, and its listener is told to look', async () => {
    const { database, session } = await connect({ applicationName: 'ears' });
    const heard: string[] = [];
    let reconnects = 0;
    const channel = database.channel('news');
    await session.listen(channel, { onMessage: (text) => heard.push(text), onReconnect: () => reconnects++ });
    await notify(channel, 'before');
    await eventually(() => heard.length === 1, 'the first message');
    expect(reconnects).toBe(0);
    await killAll('ears');
    await eventually(() => reconnects === 1, 'the listener is told');
    await notify(channel, 'after');
    await eventually(() => heard.length === 2, 'the second message');
    expect(heard).toEqual(['before', 'after']);
    expect(await connectionsOf('ears')).toEqual(['ears:listen']);
  });

  it('is listened to again after the server was restarted', async () => {
    const { database, session } = await connect();
    let reconnects = 0;
    const heard: string[] = [];
    const channel = database.channel('news');
    await session.listen(channel, { onMessage: (text) => heard.push(text), onReconnect: () => reconnects++ });
    await server.restart();
    await eventually(() => reconnects > 0, 'the listener is told');
    await notify(channel, 'after');
    await eventually(() => heard.length === 1, 'the message');
    expect(heard).toEqual(['after']);
  }, 60_000);

  it('over a network that has gone is noticed without a word from it, and listened to again', async () => {
    const proxy = await TcpProxy.before(server.port);
    const connectionString = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
    const make = async () => new pg.Client({ connectionString, connectionTimeoutMillis: 300 });
    const listener = new PgListener(make, { commandTimeout: 200 }, 100);
    const heard: string[] = [];
    let reconnects = 0;
    await listener.listen('half_open', {
      onMessage: (text) => heard.push(text),
      onReconnect: () => reconnects++,
    });
    proxy.silence(true);
    await notify('half_open', 'lost');
    await sleep(1_000);
    proxy.silence(false);
    await eventually(() => reconnects > 0, 'the listener is told');
    await notify('half_open', 'after');
    await eventually(() => heard.length > 0, 'the message');
    expect(heard).toEqual(['after']);
    await listener.close();
    expect(listener.handles).toBe(0);
    await proxy.close();
  });

  it('ends for one who listens no more, and goes on for the others', async () => {
    const { database, session } = await connect();
    const channel = database.channel('news');
    const [gone, there]: [string[], string[]] = [[], []];
    const end = await session.listen(channel, { onMessage: (text) => gone.push(text) });
    await session.listen(channel, { onMessage: (text) => there.push(text) });
    await end();
    await end();
    await notify(channel, 'hello');
    await eventually(() => there.length === 1, 'the message');
    expect(gone).toEqual([]);
  });

  it('rejects when the server is gone', async () => {
    const { database, session } = await connect({ connectTimeout: 300 });
    await server.kill();
    const listening = session.listen(database.channel('news'), { onMessage: () => undefined });
    expect(await rejection(listening)).toMatchObject({ outcome: 'not-sent' });
    await server.start();
  }, 60_000);

  it('survives a listener that throws', async () => {
    const { database, session } = await connect();
    const channel = database.channel('loud');
    const heard: string[] = [];
    await session.listen(channel, {
      onMessage: () => {
        throw new Error('A listener that throws, on purpose.');
      },
    });
    await session.listen(channel, { onMessage: (text) => heard.push(text) });
    await notify(channel, 'hello');
    await eventually(() => heard.length === 1, 'the other hears it');
    expect(heard).toEqual(['hello']);
  });
});
