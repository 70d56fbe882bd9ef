import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { findServer } from './find-server.mjs';
import { postgresBroker } from './postgres.mjs';
import type { FoundServer } from './servers.mjs';

let found: Promise<FoundServer> | undefined;

/** The server that runs share; found once a process. What was started for it ends with the process. */
export function sharedPostgres(): Promise<FoundServer> {
  return (found ??= findServer(postgresBroker));
}

/** A schema that no other run has. */
export function uniqueSchema(): string {
  return `test_${process.pid}_${randomBytes(4).toString('hex')}`;
}

/** Removes a schema with all that is in it. */
export async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set client_min_messages = warning');
    await client.query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`);
  } finally {
    await client.end();
  }
}

/** A database of its own on the server of `url`: what stays open in it holds no other test's dead rows. */
export interface OwnDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** Makes a database that no other run has. */
export async function ownDatabase(url: string): Promise<OwnDatabase> {
  const name = uniqueSchema();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${pg.escapeIdentifier(name)}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await admin.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    await admin.end();
  };
  return { url: own.href, drop };
}
