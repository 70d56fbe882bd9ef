import type { Broker } from './servers.mjs';

export const rabbitMqBroker: Broker;
export function probeRabbitMq(url: string): Promise<string | undefined>;
export function rabbitMqBinary(): string | undefined;

export interface RabbitMqServer {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly logOf: () => string;
  readonly pid: () => number | undefined;
  /** Asks the node what `rabbitmqctl` can ask. */
  readonly control: (...args: string[]) => Promise<string>;
  /** Ends every connection, as an operator would. @returns how many */
  readonly closeConnections: () => Promise<number>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @param options `settings`: lines of its rabbitmq.conf */
export function startRabbitMq(options?: {
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<RabbitMqServer>;
