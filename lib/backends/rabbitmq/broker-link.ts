import type { ChannelModel, RecoveringChannelModel } from 'amqplib';
import { endedWithin } from './in-time.js';
import { callError } from './rabbitmq-errors.js';
import { rabbitMqDriver } from './rabbitmq-driver.js';
import type { RabbitMqSettings } from './rabbitmq-settings.js';

/** Pauses between tries to come back: doubled each time, up to the last, each up to a fifth shorter or longer. */
const BACK = { initialDelay: 100, maxDelay: 5_000, factor: 2, jitter: 0.2 };

/** Of a socket, in bytes: what is sent in one turn fits into it, and leaves in one piece. Node's own is less than fifty messages. */
const SOCKET = { writableHighWaterMark: 262_144 };

export interface LinkListener {
  /** It is there, for the first time or again: channels and what is declared have to be made anew. What it rejects with is tried again. */
  up(model: ChannelModel): Promise<void>;
  down(): void;
  warn(message: string): void;
}

/**
 * One connection to the broker, which comes back by itself. The driver brings the connection back and nothing else: channels, consumers and
 * declarations are made anew by who listens.
 */
export class BrokerLink {
  model: ChannelModel | undefined;
  /** The broker takes nothing: it is short of memory or disk. */
  isBlocked = false;
  /** Of the connection that was lost last, or could not be made. */
  trouble: unknown;
  private recovering: RecoveringChannelModel | undefined;

  constructor(
    private readonly settings: RabbitMqSettings,
    private readonly role: 'publish' | 'consume',
    private readonly listener: LinkListener,
  ) {}

  /** @throws BackendUnavailableError when nobody answers, BackendFaultError when the broker refuses it for good */
  async open(): Promise<void> {
    const { connect } = await rabbitMqDriver.load();
    const { address, heartbeat, connectTimeout, connectionName, name } = this.settings;
    const { host, port, vhost, username, password, tls } = address;
    const recovering = await connect(
      {
        protocol: tls === false ? 'amqp' : 'amqps',
        hostname: host,
        port,
        vhost,
        username,
        password,
        heartbeat: Math.max(1, Math.round(heartbeat / 1_000)),
      },
      {
        ...(typeof tls === 'object' ? tls : {}),
        ...SOCKET,
        noDelay: true,
        timeout: connectTimeout,
        clientProperties: { connection_name: `${connectionName}:${this.role}` },
        recovery: {
          ...BACK,
          initialMaxRetries: 0,
          waitForConnect: false,
          setup: (model: ChannelModel) => this.setUp(model),
        },
      },
    );
    this.recovering = recovering;
    recovering.on('error', (error: Error) => (this.trouble = error));
    recovering.on('handler-error', (error: Error) =>
      this.listener.warn(`what listens to the connection has failed: ${error.message}`),
    );
    recovering.on('connect-failed', (error: Error) => (this.trouble = error));
    recovering.on('blocked', () => (this.isBlocked = true));
    recovering.on('unblocked', () => (this.isBlocked = false));
    recovering.on('disconnect', (error: Error) => this.lose(error));
    try {
      await recovering.waitForConnect();
    } catch (error) {
      this.recovering = undefined;
      throw callError(name, 'not-sent', this.trouble ?? error, [password]);
    }
  }

  async close(): Promise<void> {
    const { recovering, model } = this;
    this.recovering = undefined;
    this.model = undefined;
    if (recovering === undefined) return;
    // The driver waits for the broker's word even when the line has gone meanwhile, and one that has gone without a word never says it.
    const gone = new Promise<void>((resolve) => model?.once('close', () => resolve()));
    await endedWithin(Promise.race([recovering.close(), gone]), this.settings.commandTimeout);
    (model?.connection as { stream?: { destroy?(): void } } | undefined)?.stream?.destroy?.();
  }

  private async setUp(model: ChannelModel): Promise<void> {
    // Until this is done the driver listens to nothing: an error that nobody hears would end the process, and an end would be waited for in vain.
    let isLost = false;
    model.on('error', (error) => (this.trouble = error));
    model.once('close', () => (isLost = true));
    if (this.recovering === undefined) return;
    try {
      await this.listener.up(model);
      if (isLost) throw this.trouble ?? new Error('Connection closed');
    } catch (error) {
      this.listener.down();
      throw error;
    }
    if (this.recovering === undefined) return;
    this.isBlocked = false;
    this.trouble = undefined;
    this.model = model;
  }

  private lose(error: Error): void {
    this.trouble ??= error;
    this.model = undefined;
    this.isBlocked = false;
    this.listener.down();
  }
}
