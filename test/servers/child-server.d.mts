export declare function freePort(): Promise<number>;

export declare function temporaryFolder(name: string): {
  readonly path: string;
  readonly dispose: () => void;
};

export declare class ChildServer {
  constructor(options: {
    readonly command: string;
    readonly args: readonly string[];
    readonly isUp: () => Promise<boolean>;
    /** Whom it runs as, where that is not this process's. */
    readonly account?: { readonly uid: number; readonly gid: number };
    /** How it is asked to end. Default: SIGTERM. */
    readonly endSignal?: NodeJS.Signals;
  });
  readonly pid: number | undefined;
  readonly output: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
  freeze(): void;
  thaw(): void;
}
