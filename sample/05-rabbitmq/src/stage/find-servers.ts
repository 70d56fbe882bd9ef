import { randomBytes } from 'node:crypto';
import { Settings, type StoreEntry } from '../settings.js';

interface Found {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Servers of a run, and how those are ended that were started for it. */
export interface Servers {
  readonly settings: Settings;
  readonly stop: () => Promise<void>;
}

/**
 * RabbitMQ at `AMQP_URL`; the store at `DATABASE_URL`, else at `REDIS_URL`. What is not named is found or started as the tests of the
 * project do it, Redis as the store.
 */
export async function findServers(env: NodeJS.ProcessEnv): Promise<Servers> {
  const rabbitMq = await find('rabbitmq', env['AMQP_URL']);
  const url = env['DATABASE_URL'] || env['REDIS_URL'];
  const store = await find('redis', url);
  return {
    settings: settingsOf(rabbitMq.url, store.url),
    stop: async () => void (await Promise.all([rabbitMq.stop(), store.stop()])),
  };
}

/** What a run makes on these servers begins with a mark of its own. */
export function settingsOf(amqp: string, store: string): Settings {
  const mark = randomBytes(4).toString('hex');
  return new Settings(storeEntry(store, mark), amqp, `sample-05.${mark}`);
}

function storeEntry(url: string, mark: string): StoreEntry {
  return url.startsWith('redis')
    ? { type: 'redis', url, options: { prefix: `sample-05:${mark}` } }
    : { type: 'postgres', url, options: { schema: `sample_05_${mark}` } };
}

async function find(broker: 'rabbitmq' | 'redis', url: string | undefined): Promise<Found> {
  if (url) return { url, stop: async () => undefined };
  // From sample/05-rabbitmq/dist/stage.
  const servers = new URL('../../../../test/servers/', import.meta.url);
  const { findServer } = (await import(new URL('find-server.mjs', servers).href)) as {
    findServer: (broker: unknown) => Promise<Found>;
  };
  const { [broker === 'redis' ? 'redisBroker' : 'rabbitMqBroker']: sought } = (await import(
    new URL(`${broker}.mjs`, servers).href
  )) as Record<string, unknown>;
  return findServer(sought);
}
