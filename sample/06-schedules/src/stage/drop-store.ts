import { Redis } from 'ioredis';
import pg from 'pg';
import type { Store } from './find-store.js';

/** Removes what the run has written. */
export async function dropStore({ url, variables }: Store): Promise<void> {
  const schema = variables['TASKS__BACKEND__OPTIONS__SCHEMA'];
  if (schema !== undefined) return dropSchema(url, schema);
  const client = new Redis(url);
  try {
    const match = `${variables['TASKS__BACKEND__OPTIONS__PREFIX']}*`;
    for await (const keys of client.scanStream({ match, count: 1_000 })) {
      if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]));
    }
  } finally {
    client.disconnect();
  }
}

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set client_min_messages = warning');
    await client.query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`);
  } finally {
    await client.end();
  }
}
