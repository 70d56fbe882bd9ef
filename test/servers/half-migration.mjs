import { createHash } from 'node:crypto';
import pg from 'pg';

/** Has the lock of the migrations and a part of one, and does not go on: its parent ends it. */
const [url, schema] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url });
await client.connect();
const lock = createHash('sha256').update(`nestjs-tasks\0${schema}`).digest().readBigInt64BE();
await client.query('begin');
await client.query('select pg_advisory_xact_lock($1::bigint)', [lock.toString()]);
await client.query(`create schema ${pg.escapeIdentifier(schema)}`);
await client.query(`create table ${pg.escapeIdentifier(schema)}.half_done ()`);
process.send('halfway');
