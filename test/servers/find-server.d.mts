import type { Broker, FoundServer } from './servers.mjs';

export declare function findServer(broker: Broker, say?: (line: string) => void): Promise<FoundServer>;
