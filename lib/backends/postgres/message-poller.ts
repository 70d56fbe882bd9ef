import { randomUUID } from 'node:crypto';
import type { Ms, Payload } from '../../contract/index.js';
import { isolate } from '../isolate.js';
import type { DatabaseSession } from './database.js';
import { fromColumns, type PayloadColumns } from './payload-column.js';
import type { RepeatedStep } from './repeated-step.js';
import type { StateStatements } from './state-statements.js';

/** How often it looks while somebody watches. */
const POLL: Ms = 200;
/** How often it says that it looks: a third of how long that is believed. */
const ANNOUNCE: Ms = 10_000;
/** How long an id is remembered: twice as long as messages are looked for. */
const SEEN_KEPT: Ms = 60_000;

interface MessageRow extends PayloadColumns {
  readonly id: string;
  readonly channel: string;
}

interface Watch {
  readonly listener: (message: Payload) => void;
  readonly onReconnect: (() => void) | undefined;
}

/** Looks for messages, where a pooler keeps them from being pushed. */
export class MessagePoller {
  private readonly id = randomUUID();
  private readonly watches = new Map<string, Set<Watch>>();
  private readonly seen = new Map<string, Ms>();
  private polling: RepeatedStep | undefined;
  private announcedAt = -Infinity;
  private hasFailed = false;

  constructor(
    private readonly session: DatabaseSession,
    private readonly statements: StateStatements,
  ) {}

  /** @returns what ends it, once everything that is published from now on will be found */
  async watch(channel: string, watch: Watch): Promise<() => Promise<void>> {
    await this.announce();
    for (const { id } of await this.look([channel])) this.seen.set(id, performance.now());
    const watches = this.watches.get(channel) ?? new Set();
    this.watches.set(channel, watches.add(watch));
    this.polling ??= this.session.repeat(POLL, () => this.poll());
    return async () => {
      watches.delete(watch);
      if (watches.size === 0 && this.watches.get(channel) === watches) this.watches.delete(channel);
      if (this.watches.size === 0) await this.rest();
    };
  }

  private async poll(): Promise<void> {
    try {
      if (performance.now() - this.announcedAt > ANNOUNCE) await this.announce();
      for (const row of await this.look([...this.watches.keys()])) this.deliver(row);
      if (this.hasFailed) this.tellReconnect();
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      throw error;
    }
    const oldest = performance.now() - SEEN_KEPT;
    for (const [id, at] of this.seen) if (at < oldest) this.seen.delete(id);
  }

  private look(channels: readonly string[]): Promise<MessageRow[]> {
    return this.session.query<MessageRow>(this.statements.pollMessages, [channels, [...this.seen.keys()]]);
  }

  private deliver(row: MessageRow): void {
    // Two looks may be under way, of which both have found it.
    if (this.seen.has(row.id)) return;
    this.seen.set(row.id, performance.now());
    for (const { listener } of this.watches.get(row.channel) ?? []) isolate(() => listener(fromColumns(row)));
  }

  private tellReconnect(): void {
    for (const { onReconnect } of [...this.watches.values()].flatMap((watches) => [...watches]))
      if (onReconnect !== undefined) isolate(onReconnect);
  }

  private async announce(): Promise<void> {
    await this.session.query(this.statements.announcePoller, [this.id]);
    this.announcedAt = performance.now();
  }

  private async rest(): Promise<void> {
    this.polling?.stop();
    this.polling = undefined;
    this.announcedAt = -Infinity;
    await this.session.query(this.statements.forgetPoller, [this.id]).catch(() => undefined);
  }
}
