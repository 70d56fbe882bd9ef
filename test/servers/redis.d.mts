import type { RedisOptions } from 'ioredis';
import type { Broker } from './servers.mjs';

export declare const redisBroker: Broker;
export declare function probeRedis(url: string, options?: RedisOptions): Promise<string | undefined>;
export declare function redisBinary(): string | undefined;

export interface PrivateRedisOptions {
  readonly port?: number;
  /** How the append-only file is written. Default: there is none. */
  readonly persistence?: 'none' | 'everysec' | 'always';
  /** More of the command line. */
  readonly args?: readonly string[];
  /** How it is asked whether it is up, where the plain port is not it. */
  readonly url?: string;
  readonly clientOptions?: RedisOptions;
}

export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly logOf: () => string;
  readonly pid: () => number | undefined;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export declare function startRedis(options?: PrivateRedisOptions): Promise<PrivateRedis>;
