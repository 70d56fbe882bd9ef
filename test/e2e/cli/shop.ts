import { fileURLToPath } from 'node:url';
import { type INestApplicationContext, Injectable } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import {
  migratePostgres,
  Task,
  TaskManager,
  TaskScheduler,
  TasksModule,
  type TasksModuleOptions,
} from 'nestjs-tasks';
import { dropSchema, sharedPostgres, uniqueSchema } from '../../servers/shared-postgres.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../../servers/shared-rabbitmq.js';
import { dropPrefix, sharedRedis, uniquePrefix } from '../../servers/shared-redis.js';
import { type CliRun, nestTasks } from './nest-tasks.js';

export const SHOP_FILE = fileURLToPath(new URL('./app/shop.module.ts', import.meta.url));

/** As many may wait on the queue `mails` of the shop. */
export const MAILS_AT_MOST = 20;

/** A place of a test's own on a broker, and the two ways in which a command is told of it. */
export interface Place {
  readonly url: string;
  /** Where the queue `mails` is, and all that a shop there has. */
  readonly shop: Pick<TasksModuleOptions, 'backend' | 'backends' | 'queues'>;
  /** `--url …` with what belongs to it. */
  readonly address: readonly string[];
  readonly dispose: () => Promise<void>;
}

/** What the app is told by its environment. */
export const environmentOf = ({ shop }: Place): Record<string, string> => ({ SHOP: JSON.stringify(shop) });

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
  { name: 'rabbitmq', place: onRabbitMq },
];

function placeOf(url: string, options: Record<string, string>, dispose: () => Promise<void>): Place {
  const own = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const shop = { backend: { url, options }, queues: [{ name: 'mails', maxSize: MAILS_AT_MOST }] };
  return { url, shop, address: ['--url', url, ...own], dispose };
}

/** `mails` on RabbitMQ, and Redis for what keeps its jobs. */
async function onRabbitMq(): Promise<Place> {
  const [{ url }, { url: ledger }] = await Promise.all([sharedRabbitMq(), sharedRedis()]);
  const [prefix, ledgerPrefix] = [uniqueRabbitMqPrefix(), uniquePrefix()];
  const backends = [
    { name: 'redis', url: ledger, options: { prefix: ledgerPrefix } },
    { name: 'rabbitmq', url, options: { prefix }, state: 'redis' },
  ];
  const names = ['mails', 'rabbitmq'].flatMap((name) => [`${prefix}.${name}`, `${prefix}.${name}:dead`]);
  return {
    url,
    shop: { backends, queues: [{ name: 'mails', backend: 'rabbitmq', maxSize: MAILS_AT_MOST }] },
    address: ['--url', url, '--prefix', prefix, '--ledger', ledger, '--ledger-prefix', ledgerPrefix],
    dispose: async () => {
      await dropFromBroker(url, names, [`${prefix}:work`, `${prefix}:dead`, `${prefix}:due`]);
      await dropPrefix(ledger, ledgerPrefix);
    },
  };
}

/** The built command, told of the shop and of its place. */
export function atShop(place: Place, ...args: string[]): Promise<CliRun> {
  return nestTasks([...args, '--app', SHOP_FILE], { env: environmentOf(place) });
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
export async function openShop({ shop }: Place, runs: boolean): Promise<Shop> {
  const app: INestApplicationContext = await Test.createTestingModule({
    imports: [
      TasksModule.forRoot({
        ...shop,
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
