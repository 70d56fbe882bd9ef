import type { Payload, StateSubscription } from '../../contract/index.js';
import type { DatabaseSession } from './database.js';
import { MessageInbox } from './message-inbox.js';
import { MessageOutbox } from './message-outbox.js';
import { MessagePoller } from './message-poller.js';
import { fromColumns, type PayloadColumns } from './payload-column.js';
import type { StateStatements } from './state-statements.js';

/** What is used of the database. */
interface Channels {
  readonly canListen: boolean;
  channel(name: string): string;
}

/** Messages by NOTIFY, to all processes on one listening connection each; where none can listen, through a table. */
export class PostgresChannels {
  private readonly watches = new Set<StateSubscription>();
  private readonly outbox: MessageOutbox;
  private readonly poller: MessagePoller;

  constructor(
    private readonly session: DatabaseSession,
    private readonly statements: StateStatements,
    private readonly channels: Channels,
  ) {
    this.outbox = new MessageOutbox(session, statements.publish);
    this.poller = new MessagePoller(session, statements);
  }

  publish(channel: string, message: Payload): Promise<void> {
    return this.outbox.publish(this.nameOf(channel), message);
  }

  async watch(
    channel: string,
    listener: (message: Payload) => void,
    onReconnect?: () => void,
  ): Promise<StateSubscription> {
    const name = this.nameOf(channel);
    const end = this.channels.canListen
      ? await this.listen(name, listener, onReconnect)
      : await this.poller.watch(name, { listener, onReconnect });
    const watch: StateSubscription = {
      close: async () => {
        if (this.watches.delete(watch)) await end();
      },
    };
    this.watches.add(watch);
    return watch;
  }

  async close(): Promise<void> {
    await Promise.all([...this.watches].map((watch) => watch.close()));
  }

  private async listen(
    name: string,
    listener: (message: Payload) => void,
    onReconnect: (() => void) | undefined,
  ): Promise<() => Promise<void>> {
    const inbox = new MessageInbox((row) => this.fetch(row), listener);
    const end = await this.session.listen(name, { onMessage: (notice) => inbox.take(notice), onReconnect });
    return () => {
      inbox.close();
      return end();
    };
  }

  private async fetch(row: string): Promise<Payload | undefined> {
    const [found] = await this.session.query<PayloadColumns>(this.statements.getMessage, [row]);
    return found && fromColumns(found);
  }

  private nameOf(channel: string): string {
    return this.channels.channel(`state:${channel}`);
  }
}
