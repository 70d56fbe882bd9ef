import type { ConnectionOptions } from 'node:tls';
import type { Duration } from '../../contract/index.js';

/** One server's address: `{ host, port }`, or as a text such as `'10.0.0.1:6379'`. Default port: 6379, of Sentinels 26379. */
export type RedisNode = string | { readonly host: string; readonly port?: number | undefined };

/** Where the Sentinels are, and which master they are asked for. */
export interface RedisSentinelOptions {
  /** What the Sentinels call the master, such as `mymaster`. */
  readonly name: string;
  /** At least one; the others are learnt from it. */
  readonly nodes: readonly RedisNode[];
  /** Of the Sentinels themselves, where they ask for it. Default: none. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** To the Sentinels. Default: no TLS. */
  readonly tls?: boolean | ConnectionOptions | undefined;
}

/** Some nodes of a cluster; the others are learnt from them. */
export interface RedisClusterOptions {
  /** Default: the node that the URL or `host` and `port` name. */
  readonly nodes?: readonly RedisNode[] | undefined;
  /** Address that the cluster announces → address at which it is reached from here. Default: the same. */
  readonly natMap?: Readonly<Record<string, { readonly host: string; readonly port: number }>> | undefined;
}

/** What is used of an injected client: it is the pattern of our connections and is never used or closed itself. */
export interface RedisClientLike {
  readonly isCluster: boolean;
  readonly options: object;
  duplicate(...args: never[]): unknown;
}

/**
 * What `backend: { type: 'redis', url, options }` takes as `options`. Everything has a default; without a `url` too it is
 * `redis://localhost:6379/0`.
 *
 * @example
 * { type: 'redis', url: 'rediss://app:secret@cache.internal:6380/0' }
 * @example
 * { type: 'redis', options: { sentinels: { name: 'mymaster', nodes: ['s1:26379', 's2:26379', 's3:26379'] }, password } }
 * @example
 * { type: 'redis', options: { cluster: { nodes: ['10.0.0.1:6379', '10.0.0.2:6379'] } } }
 */
export interface RedisBackendOptions {
  /** Default `localhost`. Not together with `url`. */
  readonly host?: string | undefined;
  /** Default 6379. */
  readonly port?: number | undefined;
  /** A Unix socket instead of host and port. */
  readonly path?: string | undefined;
  /** Default 0. A cluster has only 0. */
  readonly db?: number | undefined;
  /** Default: none. Wins over the user of the URL. */
  readonly username?: string | undefined;
  /** Default: none. Wins over the password of the URL. */
  readonly password?: string | undefined;
  /** `true` or Node's TLS options. Default: TLS when the URL begins with `rediss:`. */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** The master is asked of Sentinels, and asked again after a failover. */
  readonly sentinels?: RedisSentinelOptions | undefined;
  /** The server is a Redis Cluster. */
  readonly cluster?: boolean | RedisClusterOptions | undefined;
  /**
   * An `ioredis` client, standalone or cluster, of the application's: our connections are made after its pattern (address,
   * credentials, TLS). It is never used or closed. It must not have a `keyPrefix`. Not together with any other address.
   */
  readonly client?: RedisClientLike | undefined;
  /** Before every key and channel; apps that share a server take different ones. Default `tasks`. */
  readonly prefix?: string | undefined;
  /** How long a call waits for the server's answer before it rejects. Default 5 s. */
  readonly commandTimeout?: Duration | undefined;
  /** How long connecting may take. Default 5 s. */
  readonly connectTimeout?: Duration | undefined;
  /** What `CLIENT LIST` shows, with the role of the connection after it. Default `nestjs-tasks`. */
  readonly connectionName?: string | undefined;
}
