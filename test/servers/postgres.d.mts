import type { Broker } from './servers.mjs';

export declare const postgresBroker: Broker;
export declare function probePostgres(url: string): Promise<string | undefined>;
export declare function postgresBinary(name: string): string | undefined;

export interface PrivatePostgresOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf that come before the one that lets everybody in. */
  readonly hba?: string;
  /** More of the command line of initdb. */
  readonly initdb?: readonly string[];
}

export interface PrivatePostgres {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly logOf: () => string;
  readonly pid: () => number | undefined;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly limitFiles: (bytes?: number) => void;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export declare function startPostgres(options?: PrivatePostgresOptions): Promise<PrivatePostgres>;
