import type { ConnectionOptions } from 'node:tls';
import type { Ms } from '../../contract/index.js';

/** Where a broker is, and as whom. */
export interface RabbitMqAddress {
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  readonly tls: boolean | ConnectionOptions;
}

/** A rabbitmq entry with every default filled in. */
export interface RabbitMqSettings {
  /** Of the entry, for messages. */
  readonly name: string;
  readonly address: RabbitMqAddress;
  readonly prefix: string;
  readonly queueType: 'classic' | 'quorum';
  readonly maxPriority: number;
  readonly maxLength: number | undefined;
  readonly commandTimeout: Ms;
  readonly connectTimeout: Ms;
  readonly heartbeat: Ms;
  readonly readDeadLetters: boolean | undefined;
  readonly connectionName: string;
}
