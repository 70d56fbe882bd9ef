import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import knex from 'knex';
import { CamelCasePlugin, Kysely, PostgresDialect, sql as kyselySql } from 'kysely';
import pg from 'pg';
import { DataSource } from 'typeorm';

/** What a test does in a transaction: `insert` writes a row of the application. Throwing rolls back. */
type Step = (tx: object, insert: (id: string) => Promise<unknown>) => Promise<void>;

/** A library of the field on the real server, with the table `orders` of the schema. */
export interface Library {
  readonly transaction: (step: Step) => Promise<void>;
  /** Its connection outside of a transaction. */
  readonly outside: object;
  readonly close: () => Promise<unknown>;
}

type OpenLibrary = (url: string, schema: string) => Promise<Library>;

const insertion = (schema: string) => `insert into ${schema}.orders values ($1)`;

const openPg: OpenLibrary = async (url, schema) => {
  const pool = new pg.Pool({ connectionString: url });
  return {
    outside: pool,
    transaction: async (step) => {
      const client = await pool.connect();
      await client.query('begin');
      try {
        await step(client, (id) => client.query(insertion(schema), [id]));
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
};

const openTypeOrm: OpenLibrary = async (url, schema) => {
  const source = await new DataSource({ type: 'postgres', url, entities: [] }).initialize();
  return {
    outside: source.manager,
    transaction: (step) =>
      source.transaction((manager) => step(manager, (id) => manager.query(insertion(schema), [id]))),
    close: () => source.destroy(),
  };
};

const openKnex: OpenLibrary = async (url, schema) => {
  const db = knex({ client: 'pg', connection: url });
  return {
    outside: db,
    transaction: (step) =>
      db.transaction((trx) => step(trx, async (id) => trx.withSchema(schema).table('orders').insert({ id }))),
    close: () => db.destroy(),
  };
};

const openKysely: OpenLibrary = async (url, schema) => {
  const db = new Kysely<Record<string, { id: string }>>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
    plugins: [new CamelCasePlugin()],
  });
  return {
    outside: db,
    transaction: (step) =>
      db
        .transaction()
        .execute((trx) =>
          step(trx, (id) =>
            kyselySql`insert into ${kyselySql.id(schema, 'orders')} values (${id})`.execute(trx),
          ),
        ),
    close: () => db.destroy(),
  };
};

const openDrizzle: OpenLibrary = async (url, schema) => {
  const pool = new pg.Pool({ connectionString: url });
  const db = drizzle(pool);
  return {
    outside: db,
    transaction: (step) =>
      db.transaction((tx) =>
        step(tx, (id) => tx.execute(sql`insert into ${sql.raw(schema)}.orders values (${id})`)),
      ),
    close: () => pool.end(),
  };
};

interface PrismaTx {
  $executeRawUnsafe(text: string, ...values: unknown[]): Promise<number>;
}

interface PrismaClient extends PrismaTx {
  $transaction<T>(step: (tx: PrismaTx) => Promise<T>): Promise<T>;
  $disconnect(): Promise<void>;
}

const openPrisma: OpenLibrary = async (url, schema) => {
  const { folder, load } = generatePrisma();
  const { PrismaClient } = await load();
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  return {
    outside: client,
    transaction: (step) =>
      client.$transaction((tx) => step(tx, (id) => tx.$executeRawUnsafe(insertion(schema), id))),
    close: async () => {
      await client.$disconnect();
      rmSync(folder, { recursive: true });
    },
  };
};

/**
 * Makes a client by Prisma's own generator. The command looks for its schema engine first and would download it; the generator of a client
 * that works through a driver adapter never runs it, so that any program may stand in its place.
 */
function generatePrisma() {
  const folder = mkdtempSync(join(tmpdir(), 'prisma-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, 'schema.prisma'),
    `generator client {
  provider = "prisma-client"
  output   = "./generated"
}
datasource db {
  provider = "postgresql"
}
model orders {
  id String @id
}`,
  );
  writeFileSync(join(folder, 'prisma.config.mjs'), "export default { schema: './schema.prisma' };");
  execFileSync(process.execPath, [resolve('node_modules/prisma/build/index.js'), 'generate'], {
    cwd: folder,
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
    stdio: 'pipe',
  });
  const file = pathToFileURL(join(folder, 'generated', 'client.ts')).href;
  type Generated = { PrismaClient: new (options: { adapter: PrismaPg }) => PrismaClient };
  return { folder, load: () => import(file) as Promise<Generated> };
}

export const LIBRARIES: Readonly<Record<string, OpenLibrary>> = {
  pg: openPg,
  TypeORM: openTypeOrm,
  Knex: openKnex,
  Kysely: openKysely,
  Drizzle: openDrizzle,
  Prisma: openPrisma,
};
