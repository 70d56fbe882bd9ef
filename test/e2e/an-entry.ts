import type { BackendOptions } from 'nestjs-tasks';
import { onTestFinished } from 'vitest';
import { dropSchema, sharedPostgres, uniqueSchema } from '../servers/shared-postgres.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../servers/shared-redis.js';

/** One entry of `backends` for a server that runs share, with what is this test's alone. */
export interface SharedEntry {
  readonly type: string;
  readonly url: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export const AN_ENTRY = {
  Redis: async (): Promise<SharedEntry> => {
    const [{ url }, prefix] = [await sharedRedis(), uniquePrefix()];
    onTestFinished(() => dropPrefix(url, prefix));
    return { type: 'redis', url, options: { prefix } };
  },
  PostgreSQL: async (): Promise<SharedEntry> => {
    const [{ url }, schema] = [await sharedPostgres(), uniqueSchema()];
    onTestFinished(() => dropSchema(url, schema));
    return { type: 'postgres', url, options: { schema } };
  },
  RabbitMQ: async (): Promise<SharedEntry> => {
    const [{ url }, prefix] = [await sharedRabbitMq(), uniqueRabbitMqPrefix()];
    const queues = ['default', 'urgent', 'bulk'].flatMap((queue) => [
      `${prefix}.${queue}`,
      `${prefix}.${queue}:dead`,
    ]);
    onTestFinished(() => dropFromBroker(url, queues, [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`]));
    return { type: 'rabbitmq', url, options: { prefix } };
  },
};

export type EntryName = keyof typeof AN_ENTRY;

const STANDARD_PORTS: Readonly<Record<string, number>> = { redis: 6379, postgres: 5432, rabbitmq: 5672 };

/** Where the server listens. */
export function portOf({ type, url }: SharedEntry): number {
  return Number(new URL(url).port) || (STANDARD_PORTS[type] as number);
}

/** The same server by another port of this machine. */
export function entryAt(
  entry: SharedEntry,
  port: number,
  options: Readonly<Record<string, unknown>> = {},
): BackendOptions {
  const url = new URL(entry.url);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { ...entry, url: url.href, options: { ...entry.options, ...options } };
}
