export interface PgBouncer {
  readonly url: string;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export declare function startPgBouncer(options: {
  /** URL of the server. */
  readonly before: string;
  readonly mode: 'session' | 'transaction';
}): Promise<PgBouncer>;
