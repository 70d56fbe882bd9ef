import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';

export async function dropRedis(url: string, prefix: string): Promise<void> {
  const client = new Redis(url);
  try {
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await client.unlink(...(keys as string[]));
    }
  } finally {
    client.disconnect();
  }
}

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

export async function dropRabbitMq(url: string, prefix: string, queues: readonly string[]): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const queue of queues) {
      for (const name of [`${prefix}.${queue}`, `${prefix}.${queue}:dead`]) await channel.deleteQueue(name);
    }
    for (const name of [`${prefix}:work`, `${prefix}:dead`]) await channel.deleteExchange(name);
  } finally {
    await connection.close();
  }
}
