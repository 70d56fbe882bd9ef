import type { Client, Notification } from 'pg';
import type { Ms } from '../../contract/index.js';
import { isolate } from '../isolate.js';
import { destroy, endClient } from './end-client.js';
import type { PostgresSettings } from './postgres-target.js';
import { sendQuery } from './send-query.js';
import { SqlFailure } from './sql-failure.js';
import { quoteIdentifier } from './sql-statement.js';
import type { ChannelListener } from './sql-driver.js';

/** How often a connection that hears nothing is asked whether it still lives. */
const HEARTBEAT: Ms = 10_000;
/** Pauses between attempts to connect: doubled each time up to the last, and a random part of it. */
const PAUSE: { readonly first: Ms; readonly most: Ms } = { first: 100, most: 5_000 };

/** The channels that this process listens to, all on one connection, which is made when the first is and comes back by itself. */
export class PgListener {
  private readonly channels = new Map<string, Set<ChannelListener>>();
  private readonly sending = new WeakMap<Client, Promise<unknown>>();
  private client: Client | undefined;
  private connecting: Promise<Client> | undefined;
  /** The one that is not connected yet. */
  private coming: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private tries = 0;
  private isClosed = false;

  constructor(
    private readonly makeClient: () => Promise<Client>,
    private readonly settings: Pick<PostgresSettings, 'commandTimeout'>,
    private readonly heartbeatPause: Ms = HEARTBEAT,
  ) {}

  get handles(): number {
    const held = [this.client ?? this.connecting, this.timer, this.heartbeat];
    return held.filter((one) => one !== undefined).length;
  }

  /**
   * @returns what ends it, once the server has said that messages arrive from now on
   * @throws SqlFailure; nothing is listened to then
   */
  async listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    const listeners = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, listeners.add(listener));
    try {
      const client = this.client ?? (await this.connect());
      await this.send(client, `listen ${quoteIdentifier(channel)}`);
    } catch (error) {
      this.forget(channel, listeners, listener);
      throw new SqlFailure(error, 'not-sent');
    }
    return async () => {
      if (!this.forget(channel, listeners, listener) || this.client === undefined) return;
      await this.send(this.client, `unlisten ${quoteIdentifier(channel)}`).catch(() => undefined);
      // Somebody may have begun to listen meanwhile.
      if (this.channels.has(channel) && this.client !== undefined)
        await this.send(this.client, `listen ${quoteIdentifier(channel)}`).catch(() => undefined);
    };
  }

  /** Gives up a connection that is being made. */
  hurry(): void {
    if (this.coming !== undefined) destroy(this.coming);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.channels.clear();
    clearTimeout(this.timer);
    clearInterval(this.heartbeat);
    this.timer = undefined;
    this.heartbeat = undefined;
    this.hurry();
    const client = this.client ?? (await this.connecting?.catch(() => undefined));
    this.client = undefined;
    this.connecting = undefined;
    if (client !== undefined) await endClient(client);
  }

  /** @returns whether nobody listens to the channel any more */
  private forget(channel: string, listeners: Set<ChannelListener>, listener: ChannelListener): boolean {
    if (!listeners.delete(listener) || listeners.size > 0 || this.channels.get(channel) !== listeners)
      return false;
    this.channels.delete(channel);
    return true;
  }

  /** One attempt, shared by all who wait for it. */
  private connect(): Promise<Client> {
    if (this.client !== undefined) return Promise.resolve(this.client);
    this.connecting ??= this.attempt().finally(() => (this.connecting = undefined));
    return this.connecting;
  }

  private async attempt(): Promise<Client> {
    if (this.isClosed) throw new Error('The backend is closed.');
    const client = await this.makeClient();
    this.coming = client;
    client.on('error', () => this.lose(client));
    client.on('end', () => this.lose(client));
    client.on('notification', (notification) => this.hear(notification));
    try {
      await client.connect().finally(() => (this.coming = undefined));
      for (const channel of this.channels.keys())
        await this.send(client, `listen ${quoteIdentifier(channel)}`);
      if (this.isClosed) throw new Error('The backend is closed.');
    } catch (error) {
      void endClient(client);
      throw error;
    }
    const isAgain = this.tries > 0;
    this.tries = 0;
    this.client = client;
    this.heartbeat ??= setInterval(() => this.beat(), this.heartbeatPause).unref();
    if (isAgain) this.tellReconnect();
    return client;
  }

  private hear({ channel, payload = '' }: Notification): void {
    for (const listener of this.channels.get(channel) ?? []) isolate(() => listener.onMessage(payload));
  }

  private tellReconnect(): void {
    for (const { onReconnect } of [...this.channels.values()].flatMap((listeners) => [...listeners]))
      if (onReconnect !== undefined) isolate(onReconnect);
  }

  private beat(): void {
    const { client } = this;
    if (client !== undefined) this.send(client, 'select 1').catch(() => this.lose(client));
  }

  private lose(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    void endClient(client);
    this.tryAgain();
  }

  private tryAgain(): void {
    if (this.isClosed || this.timer !== undefined) return;
    const pause = Math.min(PAUSE.first * 2 ** this.tries++, PAUSE.most);
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.connect().catch(() => this.tryAgain());
      },
      pause * (0.5 + Math.random() / 2),
    );
  }

  /** One at a time on a connection: `pg` warns of a query that is sent while another is on its way, and will refuse it. */
  private async send(client: Client, text: string): Promise<void> {
    const before = this.sending.get(client) ?? Promise.resolve();
    const sent = before.then(() => sendQuery(client, { text, query_timeout: this.settings.commandTimeout }));
    this.sending.set(
      client,
      sent.catch(() => undefined),
    );
    await sent;
  }
}
