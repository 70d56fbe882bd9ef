import { describe, expect, it } from 'vitest';
import { recogniseTransaction } from '../../../../lib/backends/postgres/transactions/recognise-transaction.js';
import { TaskError, TaskValidationError } from '../../../../lib/errors/index.js';

const ROWS = [{ id: '1' }];

/** Something that takes calls, and writes down their arguments. */
class Recorder {
  readonly calls: unknown[][] = [];

  answering(answer: unknown) {
    return (...args: unknown[]) => {
      this.calls.push(args);
      return Promise.resolve(answer);
    };
  }
}

type Made = readonly [library: string, make: (recorder: Recorder) => object, sent: readonly unknown[]];

const TEXT = 'select $2, $1, $2';
const VALUES = ['a', 'b'];

const callable = (parts: object): object => Object.assign(() => undefined, parts);
const active = { isTransactionActive: true };
const idle = { isTransactionActive: false };

/** The look of each library's transaction, and what reaches its own method. */
const TRANSACTIONS: readonly Made[] = [
  ['a client of pg', (to) => ({ query: to.answering({ rows: ROWS }) }), [TEXT, VALUES]],
  [
    'a client of pg that knows that it is inside',
    (to) => ({ query: to.answering({ rows: ROWS }), getTransactionStatus: () => 'T' }),
    [TEXT, VALUES],
  ],
  [
    'a query runner of TypeORM',
    (to) => ({ query: to.answering(ROWS), isTransactionActive: true }),
    [TEXT, VALUES],
  ],
  [
    'an entity manager of TypeORM',
    (to) => ({ query: to.answering(ROWS), dataSource: {}, repositories: new Map(), queryRunner: active }),
    [TEXT, VALUES],
  ],
  ['a transaction of Prisma', (to) => ({ $queryRawUnsafe: to.answering(ROWS) }), [TEXT, ...VALUES]],
  [
    'a transaction of Knex',
    (to) => callable({ isTransaction: true, raw: to.answering({ rows: ROWS }) }),
    ['select ?, ?, ?', ['b', 'a', 'b']],
  ],
];

const send = (tx: unknown) => recogniseTransaction(tx as object)(TEXT, VALUES);

describe('a transaction', () => {
  it.each(TRANSACTIONS)('of the look of %s has the statement sent by it', async (_, make, sent) => {
    const recorder = new Recorder();
    expect(await send(make(recorder))).toEqual(ROWS);
    expect(recorder.calls).toEqual([sent]);
  });

  it.each([
    ['the rows in an object', { rows: ROWS }],
    ['a list', ROWS],
  ])('of Drizzle gives its rows where the driver answers with %s', async (_, answer) => {
    const recorder = new Recorder();
    const tx = { _: {}, rollback: () => undefined, execute: recorder.answering(answer) };
    expect(await send(tx)).toEqual(ROWS);
    const [[query]] = recorder.calls as [[{ getSQL(): { toQuery(): unknown } }]];
    expect(query.getSQL().toQuery()).toEqual({ sql: TEXT, params: VALUES });
  });

  it('of Kysely is used without its plugins, which may rename columns', async () => {
    const [bare, renaming] = [new Recorder(), new Recorder()];
    const plain = { isTransaction: true, executeQuery: bare.answering({ rows: ROWS }) };
    const tx = { ...plain, executeQuery: renaming.answering({ rows: [] }), withoutPlugins: () => plain };
    expect(await send(tx)).toEqual(ROWS);
    expect(renaming.calls).toEqual([]);
    expect(bare.calls).toMatchObject([[{ sql: TEXT, parameters: VALUES }]]);
  });

  it('of Knex keeps the question marks of a statement, which are its placeholders', async () => {
    const recorder = new Recorder();
    const tx = callable({ isTransaction: true, raw: recorder.answering({ rows: [] }) });
    await recogniseTransaction(tx)('select $1 ? $2', ['{}', 'key']);
    expect(recorder.calls).toEqual([[String.raw`select ? \? ?`, ['{}', 'key']]]);
  });

  it('gets values of its own: a library that changes them changes nobody else’s', async () => {
    const values = ['a', 'b'];
    const query = (_text: string, given: string[]) => {
      given.reverse();
      return Promise.resolve([]);
    };
    await recogniseTransaction({ query })(TEXT, values);
    expect(values).toEqual(['a', 'b']);
  });

  it('keeps its library’s `this`', async () => {
    class Client {
      readonly rows = ROWS;
      query() {
        return Promise.resolve({ rows: this.rows });
      }
    }
    expect(await send(new Client())).toEqual(ROWS);
  });

  it('says what its library says of a statement that fails', async () => {
    const failure = new Error('current transaction is aborted');
    const tx = { query: () => Promise.reject(failure) };
    await expect(send(tx)).rejects.toBe(failure);
  });
});

const query = () => Promise.resolve([]);

describe('a connection that is in no transaction', () => {
  it.each([
    ['a pool of pg', { query, totalCount: 1, idleCount: 1 }, 'is a pool', 'after `begin`'],
    ['an idle client of pg', { query, getTransactionStatus: () => 'I' }, 'a client of pg', 'after `begin`'],
    ['a data source of TypeORM', { query, createQueryRunner: query }, 'a DataSource', 'EntityManager'],
    ['an idle query runner of TypeORM', { query, ...idle }, 'of TypeORM', 'EntityManager'],
    [
      'a manager without a runner',
      { query, dataSource: {}, repositories: {} },
      'of TypeORM',
      'EntityManager',
    ],
    [
      'a manager whose runner is idle',
      { query, dataSource: {}, repositories: {}, queryRunner: idle },
      'of TypeORM',
      'EntityManager',
    ],
    ['a PGlite', { query, waitReady: Promise.resolve() }, 'a PGlite', 'its `transaction()`'],
    ['a PrismaClient', { $queryRawUnsafe: query, $connect: query }, 'a PrismaClient', '$transaction('],
    [
      'a Kysely',
      { isTransaction: false, executeQuery: query, withoutPlugins: query },
      'a Kysely',
      'kysely.transaction()',
    ],
    ['a knex', callable({ raw: query }), 'a knex', 'knex.transaction()'],
    ['a database of Drizzle', { _: {}, execute: query }, 'a database of Drizzle', '`transaction()`'],
  ])('%s is refused, and the error says what to pass', (_, tx, what, instead) => {
    const error = refusalOf(tx);
    expect(error).toBeInstanceOf(TaskValidationError);
    expect(error.code).toBe('TASKS_VALIDATION');
    expect(error.message).toContain(what);
    expect(error.message).toContain('would be kept whatever becomes of your rows');
    expect(error.message.split('Pass ')[1]).toContain(instead);
    expect(error.remedy).not.toBe('');
  });
});

describe('what is no transaction at all', () => {
  const throwing = (): never => {
    throw new RangeError('no');
  };

  it.each<[string, unknown]>([
    ['an empty object', {}],
    ['an object without a prototype', Object.create(null)],
    ['an array', []],
    ['a function', () => undefined],
    ['null', null],
    ['a text', 'tx'],
    ['a number', 7],
    ['true', true],
    ['a symbol', Symbol('tx')],
    ['a promise of one, not awaited', Promise.resolve({ query })],
    ['an object whose `query` is no function', { query: 'select 1' }],
    ['an object whose `query` throws when it is read', Object.defineProperty({}, 'query', { get: throwing })],
    ['a proxy that throws whatever it is asked', new Proxy({}, { has: throwing, get: throwing })],
    ['a proxy that was revoked', revoked()],
    ['one that throws what is no error', new Proxy({}, { has: () => throwValue(undefined) })],
  ])('is refused with the libraries that are known: %s', (_, tx) => {
    const error = refusalOf(tx);
    expect(error).toBeInstanceOf(TaskValidationError);
    expect(error.message).toContain('pg, PGlite, TypeORM, Prisma, Drizzle, Knex or Kysely');
  });

  it('keeps what the object itself has thrown as the cause', () => {
    const tx = Object.defineProperty({}, 'query', { get: throwing });
    expect(refusalOf(tx).cause).toBeInstanceOf(RangeError);
  });
});

function refusalOf(tx: unknown): TaskError {
  try {
    recogniseTransaction(tx as object);
  } catch (error) {
    if (error instanceof TaskError) return error;
    throw error;
  }
  throw new Error('It was taken for a transaction.');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwValue(value: unknown): never {
  // oxlint-disable-next-line typescript/only-throw-error -- what others throw is theirs to choose
  throw value;
}
