import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Settings, StoreEntry } from '../settings.js';

/** Removes what a run has written. */
export async function dropAll({ store, amqp, prefix }: Settings): Promise<void> {
  await dropFromBroker(amqp, prefix);
  await (store.type === 'redis' ? dropKeys(store) : dropSchema(store));
}

async function dropFromBroker(url: string, prefix: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  for (const queue of [`${prefix}.notifications`, `${prefix}.notifications:dead`])
    await channel.deleteQueue(queue);
  for (const exchange of [`${prefix}:work`, `${prefix}:dead`]) await channel.deleteExchange(exchange);
  await connection.close();
}

async function dropKeys({ url, options }: StoreEntry): Promise<void> {
  const client = new Redis(url);
  for await (const keys of client.scanStream({ match: `${options['prefix']}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]));
  }
  client.disconnect();
}

async function dropSchema({ url, options }: StoreEntry): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set client_min_messages = warning');
  await client.query(`drop schema if exists ${pg.escapeIdentifier(options['schema'] ?? '')} cascade`);
  await client.end();
}
