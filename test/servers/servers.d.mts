/** How the tests come by one broker. PostgreSQL and RabbitMQ have the same shape in files of their own. */
export interface Broker {
  readonly name: string;
  /** The variable that names a server. */
  readonly environment: string;
  /** The standard port. */
  readonly localUrl: string;
  /** Debian's packages. */
  readonly packages: readonly string[];
  /** Its service in compose.yaml, and where that is reached. */
  readonly service: string;
  readonly serviceUrl: string;
  /** What to do when there is no way. */
  readonly mend: string;
  /** The version of the server at a URL; nothing when none answers. */
  readonly probe: (url: string) => Promise<string | undefined>;
  /** The installed program, if there is one. */
  readonly binary: () => string | undefined;
  readonly startPrivate: () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
}

export interface FoundServer {
  readonly url: string;
  readonly version: string;
  /** The name of the variable, `local`, `private` or `docker`. */
  readonly where: string;
  /** Ends what was started for it; nothing that was there before. */
  readonly stop: () => Promise<void>;
}
