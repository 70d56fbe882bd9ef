import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { refuse } from '../exit-codes.js';

/** Options that say where the tasks are, which every command takes. */
export interface TargetOptions {
  /** File of the app's module. */
  readonly app?: string | undefined;
  /** Address of a broker. */
  readonly url?: string | undefined;
  /** Of the keys on Redis, or of the queues on RabbitMQ. */
  readonly prefix?: string | undefined;
  /** Of the tables on PostgreSQL. */
  readonly schema?: string | undefined;
  /** Address of what keeps the jobs of RabbitMQ. */
  readonly ledger?: string | undefined;
  /** Of the keys there, on Redis. */
  readonly ledgerPrefix?: string | undefined;
}

/** An address with what belongs to it. */
export interface Address {
  readonly url: string;
  readonly options: Readonly<Record<string, string>>;
}

/** An app with its own configuration, an address, or what the variables `TASKS__…` say. */
export type Target =
  | { readonly kind: 'app'; readonly file: string; readonly exported?: string | undefined }
  | (Address & { readonly kind: 'address'; readonly ledger?: Address })
  | { readonly kind: 'environment' };

const VARIABLES: readonly string[] = [
  'TASKS__BACKEND__URL',
  'TASKS__BACKEND__TYPE',
  'TASKS__BACKEND__DATA_DIR',
];

/**
 * Where the tasks are: `--url` or `--app`, else the app that the environment (`NEST_TASKS_APP`) or package.json (`"nest-tasks": { "app" }`)
 * names, else the variables `TASKS__BACKEND__…`.
 * @throws CommandError when nothing says it, or too much does
 */
export function targetOf(options: TargetOptions, env: NodeJS.ProcessEnv, folder: string): Target {
  const { app, url, prefix, schema, ledger, ledgerPrefix } = options;
  if (app !== undefined && url !== undefined) {
    refuse('--app and --url are both given.', 'Give one: an app has its address itself.');
  }
  if (url !== undefined) return addressOf(url, options);
  if ([prefix, schema, ledger, ledgerPrefix].some((one) => one !== undefined)) {
    refuse('--prefix, --schema and --ledger belong to --url.', 'An app has them in its own configuration.');
  }
  const named = app ?? env['NEST_TASKS_APP'] ?? ownerOf(folder);
  if (named !== undefined) return fileOf(named, folder);
  if (VARIABLES.some((name) => env[name] !== undefined)) return { kind: 'environment' };
  return refuse(
    'Nothing says where the tasks are.',
    'Give `--url redis://host:6379` (or postgres://…), or `--app src/app.module.ts`. To save writing it each time, put `"nest-tasks": { "app": "dist/app.module.js" }` into package.json, or NEST_TASKS_APP or TASKS__BACKEND__URL into the environment.',
  );
}

function addressOf(url: string, { prefix, schema, ledger, ledgerPrefix }: TargetOptions): Target {
  if (ledger === undefined) {
    if (ledgerPrefix !== undefined)
      refuse('--ledger-prefix belongs to --ledger.', 'Give the address with `--ledger`.');
    return { kind: 'address', url, options: given({ prefix, schema }) };
  }
  if (!/^amqps?:/i.test(url)) {
    refuse('--ledger belongs to RabbitMQ.', 'Leave it out: another broker keeps its jobs itself.');
  }
  if (/^amqps?:/i.test(ledger)) {
    refuse('RabbitMQ keeps no jobs.', 'Give the address of Redis or PostgreSQL with `--ledger`.');
  }
  const kept = { url: ledger, options: given({ schema, prefix: ledgerPrefix }) };
  return { kind: 'address', url, options: given({ prefix }), ledger: kept };
}

const given = (options: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

function fileOf(named: string, folder: string): Target {
  const [, path = named, exported] = /^(.*?)(?:#([\w$]+))?$/.exec(named) ?? [];
  const file = resolve(folder, path);
  const isThere = existsSync(file);
  if (!isThere || !statSync(file).isFile())
    refuse(
      isThere ? `${path} is no file.` : `There is no file ${path}.`,
      'Give the file that exports the root module of the app: `--app dist/app.module.js`.',
    );
  return { kind: 'app', file, exported };
}

/** What the nearest package.json says. */
function ownerOf(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const manifest = manifestIn(file);
    return typeof manifest?.['nest-tasks']?.app === 'string' ? manifest['nest-tasks'].app : undefined;
  }
  return dirname(folder) === folder ? undefined : ownerOf(dirname(folder));
}

function manifestIn(file: string): { 'nest-tasks'?: { app?: unknown } } | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof manifestIn>;
  } catch (error) {
    return refuse(`${file} cannot be read: ${(error as Error).message}.`, 'Mend it, or give --app or --url.');
  }
}
