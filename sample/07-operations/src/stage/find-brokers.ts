import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { NamedBackendOptions } from 'nestjs-tasks';
import { LANES } from '../lanes.js';
import { dropRabbitMq, dropRedis, dropSchema } from './drop.js';

/** A broker that answers, with a place of this run's own on it. */
export interface Broker {
  readonly type: 'redis' | 'postgres' | 'rabbitmq';
  readonly url: string;
  readonly options: Readonly<Record<string, string>>;
  /** Removes what the run has written. */
  readonly drop: () => Promise<void>;
}

export interface FoundBrokers {
  readonly brokers: readonly Broker[];
  /** Where nobody answers. */
  readonly missing: readonly string[];
}

const PROBE_BOUND_MS = 2_000;
export const STANDARD_PORTS = { redis: 6379, postgres: 5432, rabbitmq: 5672 } as const;

/** The brokers of all lanes: those of `REDIS_URL`, `DATABASE_URL` and `AMQP_URL`, by default on the standard ports of this machine. */
export async function findBrokers(env: NodeJS.ProcessEnv): Promise<FoundBrokers> {
  const wanted = brokersOf(env, randomUUID().slice(0, 8));
  const answered = await Promise.all(wanted.map(({ url, type }) => answers(url, STANDARD_PORTS[type])));
  const brokers = wanted.filter((_, place) => answered[place]);
  // RabbitMQ moves jobs, and one of the others keeps their records.
  if (!brokers.some(({ type }) => type !== 'rabbitmq')) {
    throw new Error(
      'No Redis and no PostgreSQL answers. Set REDIS_URL or DATABASE_URL, or install one: apt-get install redis-server',
    );
  }
  return { brokers, missing: wanted.filter((_, place) => !answered[place]).map(({ type }) => type) };
}

/** @param urls Other addresses of some. @returns what `SHOP_BACKENDS` holds */
export function backendsOf(
  brokers: readonly Broker[],
  urls: Partial<Record<Broker['type'], string>> = {},
): NamedBackendOptions[] {
  return brokers.map(({ type, url, options }) => ({
    name: type,
    type,
    url: urls[type] ?? url,
    options,
    ...(type === 'rabbitmq' ? { state: 'primary' } : {}),
  }));
}

function brokersOf(env: NodeJS.ProcessEnv, mark: string): Broker[] {
  const redis = env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  const postgres = env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  const rabbitmq = env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
  const [prefix, schema, exchange] = [`sample-07:${mark}`, `sample_07_${mark}`, `sample-07.${mark}`];
  return [
    {
      type: 'redis',
      url: redis,
      options: { prefix },
      drop: () => dropRedis(redis, prefix),
    },
    {
      type: 'postgres',
      url: postgres,
      options: { schema },
      drop: () => dropSchema(postgres, schema),
    },
    {
      type: 'rabbitmq',
      url: rabbitmq,
      options: { prefix: exchange },
      drop: () => dropRabbitMq(rabbitmq, exchange, ['rabbitmq', ...Object.keys(LANES)]),
    },
  ];
}

/** Whether anybody listens there. */
export function answers(url: string, standardPort: number): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port) || standardPort, hostname || '127.0.0.1');
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(PROBE_BOUND_MS, end(false)).once('connect', end(true)).once('error', end(false));
  });
}
