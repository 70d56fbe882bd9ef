import type { ConnectionOptions } from 'node:tls';
import type { Duration } from '../../contract/index.js';

/**
 * What `backend: { type: 'rabbitmq', url, options }` takes as `options`. Everything has a default; without a `url` too it is
 * `amqp://guest:guest@localhost:5672/`. Where the records live is said beside it, by `state` of the entry.
 *
 * @example
 * { name: 'notifications', type: 'rabbitmq', url: 'amqps://app:secret@mq.internal/jobs', state: 'primary' }
 * @example
 * { name: 'mails', type: 'rabbitmq', state: 'primary', options: { queueType: 'quorum', prefix: 'shop' } }
 */
export interface RabbitMqBackendOptions {
  /** Default `localhost`. Not together with `url`. */
  readonly host?: string | undefined;
  /** Default 5672, with TLS 5671. Not together with `url`. */
  readonly port?: number | undefined;
  /** Default `/`. Wins over the virtual host of the URL. */
  readonly vhost?: string | undefined;
  /** Default `guest`. Wins over the user of the URL. */
  readonly username?: string | undefined;
  /** Default `guest`. Wins over the password of the URL. */
  readonly password?: string | undefined;
  /** `true` or Node's TLS options. Default: TLS when the URL begins with `amqps:`. */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** Before the name of every queue and exchange; apps that share a virtual host take different ones. Default `tasks`. */
  readonly prefix?: string | undefined;
  /**
   * `classic`: a durable queue with priorities, on one node. `quorum`: replicated; RabbitMQ before 4.3 knows no priorities there.
   * It cannot be changed of a queue that exists. Default `classic`.
   */
  readonly queueType?: 'classic' | 'quorum' | undefined;
  /** Levels of priority of a classic queue above the lowest, into which 0 to 20 are folded; 0: none. Each costs the broker a little. Default 10. */
  readonly maxPriority?: number | undefined;
  /** Messages that a queue holds at the broker before it refuses more, which `enqueue` answers with `QueueFullError`. Default: no limit. */
  readonly maxLength?: number | undefined;
  /** How long a call waits for the broker's answer before it rejects. Default 10 s. */
  readonly commandTimeout?: Duration | undefined;
  /** How long connecting may take. Default 5 s. */
  readonly connectTimeout?: Duration | undefined;
  /** How often both sides show that they are there: who is silent for two of them is gone. Default 10 s, at least 1 s. */
  readonly heartbeat?: Duration | undefined;
  /** Whether dead letters that lie in the broker's dead-letter queues are entered in the ledger when the backend is opened. Default: when the ledger is in memory. */
  readonly readDeadLetters?: boolean | undefined;
  /** What the management shows, with the role of the connection after it. Default `nestjs-tasks`. */
  readonly connectionName?: string | undefined;
}
