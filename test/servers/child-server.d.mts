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
  });
  readonly pid: number | undefined;
  readonly output: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}
