import type { ConnectionOptions } from 'node:tls';
import type { Ms } from '../../contract/index.js';
import type { RedisClientLike } from './redis-options.js';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** What holds for a connection to any server of the target. */
export interface RedisAccess {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls: boolean | ConnectionOptions;
}

/** One server, as a URL names it. */
export interface RedisServerAddress extends RedisAddress, RedisAccess {
  readonly family: number;
  readonly db: number;
}

/** Where the server is, in the one form that the connections are made from. */
export type RedisTarget =
  | ({ readonly kind: 'server'; readonly path?: string | undefined } & RedisServerAddress)
  | ({
      readonly kind: 'sentinel';
      readonly name: string;
      readonly nodes: readonly RedisAddress[];
      readonly db: number;
      readonly sentinelAccess: RedisAccess;
    } & RedisAccess)
  | ({
      readonly kind: 'cluster';
      readonly nodes: readonly RedisAddress[];
      readonly natMap?: Readonly<Record<string, RedisAddress>> | undefined;
    } & RedisAccess)
  | { readonly kind: 'client'; readonly client: RedisClientLike };

/** A redis entry of the configuration, resolved. */
export interface RedisSettings {
  /** Of the entry, for messages. */
  readonly name: string;
  readonly target: RedisTarget;
  readonly prefix: string;
  readonly commandTimeout: Ms;
  readonly connectTimeout: Ms;
  readonly connectionName: string;
}

/** Where the connections go, without any secret: for health output and messages. */
export function addressOf(target: RedisTarget): string {
  switch (target.kind) {
    case 'server':
      return target.path ?? `${join(target)}/${target.db}`;
    case 'sentinel':
      return `${target.name} of ${target.nodes.map(join).join(', ')}`;
    case 'cluster':
      return target.nodes.map(join).join(', ');
    case 'client':
      return 'an injected client';
  }
}

const join = ({ host, port }: RedisAddress): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What must not be shown, whatever a driver or a server says. */
export function secretsOf(target: RedisTarget): string[] {
  if (target.kind === 'client') {
    const { password, sentinelPassword, redisOptions } = target.client.options as ClientSecrets;
    return [password, sentinelPassword, redisOptions?.password].filter(isText);
  }
  return [target.password, target.kind === 'sentinel' ? target.sentinelAccess.password : undefined].filter(
    isText,
  );
}

interface ClientSecrets {
  readonly password?: unknown;
  readonly sentinelPassword?: unknown;
  readonly redisOptions?: { readonly password?: unknown };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
