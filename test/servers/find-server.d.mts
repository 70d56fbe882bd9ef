import type { Broker, FoundServer } from './servers.mjs';

export declare function findServer(broker: Broker, say?: (line: string) => void): Promise<FoundServer>;
export declare function installPackages(
  what: string,
  packages: readonly string[],
  say?: (line: string) => void,
): boolean;
