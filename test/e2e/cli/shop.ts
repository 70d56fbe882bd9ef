import { fileURLToPath } from 'node:url';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import { migratePostgres, Task, TaskManager, TaskScheduler, TasksModule } from 'nestjs-tasks';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../../servers/shared-redis.js';
import { type CliRun, nestTasks } from './nest-tasks.js';

export const SHOP_FILE = fileURLToPath(new URL('./app/shop.module.ts', import.meta.url));

/** As many may wait on the queue `mails` of the shop. */
export const MAILS_AT_MOST = 20;

/** A place of a test's own on a broker, and the two ways in which a command is told of it. */
export interface Place {
  readonly url: string;
  readonly options: Readonly<Record<string, string>>;
  /** `--url …` with what belongs to it. */
  readonly address: readonly string[];
  readonly dispose: () => Promise<void>;
}

/** On each broker that other processes see. */
export const BROKERS: readonly { readonly name: string; readonly place: () => Promise<Place> }[] = [
  {
    name: 'redis',
    place: async () => {
      const { url } = await sharedRedis();
      const prefix = uniquePrefix();
      return placeOf(url, { prefix }, () => dropPrefix(url, prefix));
    },
  },
  {
    name: 'postgres',
    place: async () => {
      const { url } = await sharedPostgres();
      const schema = uniqueSchema();
      await migratePostgres({ url, options: { schema } });
      return placeOf(url, { schema }, () => dropSchema(url, schema));
    },
  },
];

function placeOf(url: string, options: Record<string, string>, dispose: () => Promise<void>): Place {
  const own = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return { url, options, address: ['--url', url, ...own], dispose };
}

/** The built command, told of the shop and of its place. */
export function atShop(place: Place, ...args: string[]): Promise<CliRun> {
  const env = { SHOP_BROKER: place.url, SHOP_OPTIONS: JSON.stringify(place.options) };
  return nestTasks([...args, '--app', SHOP_FILE], { env });
}

/** Stands for the processes of the shop: what is wrong with an address fails here, too. */
@Injectable()
class MailTasks {
  @Task({ name: 'send-email', queue: 'mails', maxRetries: 0 })
  send({ to }: { to: string }): string {
    if (to.startsWith('nobody@')) throw new TypeError(`there is no ${to}`);
    return `sent to ${to}`;
  }
}

export interface Shop {
  readonly tasks: TaskManager;
  readonly scheduler: TaskScheduler;
  /** Enqueues an e-mail to each. @returns their ids */
  readonly enqueue: (...to: string[]) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** A process of the shop, in this one. @param runs whether it runs what is enqueued */
export async function openShop({ url, options }: Place, runs: boolean): Promise<Shop> {
  const app: INestApplicationContext = await Test.createTestingModule({
    imports: [
      TasksModule.forRoot({
        backend: { url, options },
        queues: [{ name: 'mails', maxSize: MAILS_AT_MOST }],
        role: runs ? 'both' : 'producer',
        logging: 'none',
        env: {},
      }),
    ],
    providers: [MailTasks],
  })
    .setLogger(new CapturingLogger())
    .compile();
  await app.init();
  const tasks = app.get(TaskManager);
  return {
    tasks,
    scheduler: app.get(TaskScheduler),
    enqueue: async (...all) => {
      const jobs = await Promise.all(all.map((to) => tasks.enqueue('send-email', { to })));
      return jobs.map(({ id }) => id);
    },
    close: () => app.close(),
  };
}

/** Leaves dead letters: e-mails to these, which nobody has. @returns their ids */
export async function leaveDeadLetters(place: Place, count: number): Promise<string[]> {
  const shop = await openShop(place, true);
  try {
    const ids = await shop.enqueue(...Array.from({ length: count }, (_, at) => `nobody@${at}.example`));
    for (const id of ids) await (await shop.tasks.get(id))?.result({ timeout: '10s' }).catch(() => undefined);
    return ids;
  } finally {
    await shop.close();
  }
}
