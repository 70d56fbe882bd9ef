import type { Channel, ChannelModel, Options } from 'amqplib';
import type { Ms } from '../../contract/index.js';
import { BackendFaultError, BackendUnavailableError } from '../../errors/index.js';
import { inTime } from './in-time.js';
import { callError, mismatchIn } from './rabbitmq-errors.js';
import type { RabbitMqSettings } from './rabbitmq-settings.js';

/** What one unit of a delay is, where the broker keeps delays. */
export const DELAY_UNIT: Ms = 100;
/** From RabbitMQ 4.0 on a quorum queue gives up what came back 20 times, also in order: the ledger counts, or the message does, and dead letters come back from each look at them. */
const DELIVERIES_MAX = 1_000_000;
/** Steps of the ladder: delays of up to 2^28 - 1 units, 310 days. */
export const DELAY_STEPS = 28;

/** A queue of the broker, the exchange that it is bound to, and what it is declared as. */
export interface QueuePart {
  readonly queue: string;
  readonly exchange: string;
  readonly options: Options.AssertQueue;
}

/**
 * Everything that is declared at the broker, with `tasks` as the prefix and a queue `mails`:
 *
 * - `tasks:work`, a direct exchange: a message for `mails` has that routing key. Bound to it, the queue `tasks.mails`.
 * - `tasks:dead`, a direct exchange: dead letters, the broker's own as well. Bound to it, the queue `tasks.mails:dead`.
 * - Only where delays are kept by the broker, the exchange `tasks:due`, to which every queue is bound, and, with the first delay, the ladder before
 *   it: exchanges and queues `tasks:delay.0` to `tasks:delay.27`.
 *   A routing key of 28 bits and the queue's name sends a message down through the queues of its ones, where it waits for 2^step units each; each
 *   queue has one time to live for all, so nobody waits behind somebody who waits longer. After kombu's and NServiceBus's native delayed delivery.
 *
 * No name of a queue has a colon, so none of these can be one.
 */
export class Topology {
  readonly work: string;
  readonly dead: string;
  readonly due: string;
  private readonly ready = new Map<string, Promise<void>>();
  private model: ChannelModel | undefined;

  constructor(
    private readonly settings: RabbitMqSettings,
    /** Without a shared ledger. */
    private readonly keepsDelays = true,
  ) {
    const { prefix } = settings;
    this.work = `${prefix}:work`;
    this.dead = `${prefix}:dead`;
    this.due = `${prefix}:due`;
  }

  queue(brokerName: string): string {
    return `${this.settings.prefix}.${brokerName}`;
  }

  deadQueue(brokerName: string): string {
    return `${this.queue(brokerName)}:dead`;
  }

  /** Exchange and routing key with which a message reaches a queue after a delay, not earlier. */
  delayed(brokerName: string, delay: Ms): { readonly exchange: string; readonly key: string } {
    const units = Math.min(2 ** DELAY_STEPS - 1, Math.max(1, Math.ceil(delay / DELAY_UNIT)));
    const bits = units.toString(2).padStart(DELAY_STEPS, '0');
    const first = DELAY_STEPS - 1 - bits.indexOf('1');
    return { exchange: this.step(first), key: `${bits.split('').join('.')}.${brokerName}` };
  }

  /** A new connection: everything is declared anew, since the broker may have lost it. */
  use(model: ChannelModel | undefined): void {
    this.model = model;
    this.ready.clear();
  }

  /** Somebody has deleted it. */
  forget(brokerName: string): void {
    this.ready.delete(`queue ${brokerName}`);
    this.ready.delete('exchanges');
  }

  /**
   * Declares the queues that this connection has not declared.
   * @param within how long each part may take; default `commandTimeout`
   * @throws BackendFaultError naming queue and argument when one is there with other arguments
   */
  async declare(brokerNames: Iterable<string>, within?: Ms): Promise<void> {
    const names = new Set(brokerNames);
    // Who only looks declares nothing.
    if (names.size === 0) return;
    await this.once('exchanges', (channel) => this.declareExchanges(channel), within);
    await Promise.all(
      [...names].map((name) =>
        this.once(`queue ${name}`, (channel) => this.declareQueue(channel, name), within),
      ),
    );
  }

  /** What a queue is made of, first its dead letters. */
  partsOf(brokerName: string): readonly QueuePart[] {
    const dead = { durable: true, arguments: this.keepingArguments() };
    return [
      { queue: this.deadQueue(brokerName), exchange: this.dead, options: dead },
      { queue: this.queue(brokerName), exchange: this.work, options: this.queueOptions(brokerName) },
    ];
  }

  /**
   * Declares one part again, which changes nothing where it is there.
   * @throws BackendFaultError naming queue and argument when it has other arguments
   */
  verify({ queue, options }: QueuePart): Promise<void> {
    return this.onChannel((channel) => channel.assertQueue(queue, options));
  }

  /** Declares the ladder, which leads to every queue that is declared. */
  async declareDelays(): Promise<void> {
    await this.once('exchanges', (channel) => this.declareExchanges(channel));
    await this.once('ladder', (channel) => this.declareLadder(channel));
  }

  private step(step: number): string {
    return `${this.settings.prefix}:delay.${step}`;
  }

  private async declareExchanges(channel: Channel): Promise<void> {
    for (const exchange of [this.work, this.dead]) {
      await channel.assertExchange(exchange, 'direct', { durable: true });
    }
    if (this.keepsDelays) await channel.assertExchange(this.due, 'topic', { durable: true });
  }

  private async declareQueue(channel: Channel, name: string): Promise<void> {
    for (const { queue, exchange, options } of this.partsOf(name)) {
      await channel.assertQueue(queue, options);
      await channel.bindQueue(queue, exchange, name);
    }
    // What is on its way down the ladder, of whatever process, is to find it also when it is declared anew.
    if (this.keepsDelays)
      await channel.bindQueue(this.queue(name), this.due, `${'*.'.repeat(DELAY_STEPS)}${name}`);
  }

  private queueOptions(name: string): Options.AssertQueue {
    const { queueType, maxPriority, maxLength } = this.settings;
    const isQuorum = queueType === 'quorum';
    return {
      durable: true,
      deadLetterExchange: this.dead,
      deadLetterRoutingKey: name,
      arguments: {
        ...this.keepingArguments(),
        ...(!isQuorum && maxPriority > 0 && { 'x-max-priority': maxPriority }),
        ...(maxLength !== undefined && { 'x-max-length': maxLength }),
        ...((isQuorum || maxLength !== undefined) && { 'x-overflow': 'reject-publish' }),
        ...(isQuorum && { 'x-dead-letter-strategy': 'at-least-once' }),
      },
    };
  }

  /** Of a queue whose messages may come back. */
  private keepingArguments(): Record<string, unknown> {
    const { queueType } = this.settings;
    return { ...this.typeArguments(), ...(queueType === 'quorum' && { 'x-delivery-limit': DELIVERIES_MAX }) };
  }

  /** Said of classic ones too: a virtual host may have another type as its default. */
  private typeArguments(): Record<string, unknown> {
    return { 'x-queue-type': this.settings.queueType };
  }

  private async declareLadder(channel: Channel): Promise<void> {
    const isQuorum = this.settings.queueType === 'quorum';
    for (let step = 0; step < DELAY_STEPS; step++) {
      const name = this.step(step);
      const next = step === 0 ? this.due : this.step(step - 1);
      const before = '*.'.repeat(DELAY_STEPS - 1 - step);
      await channel.assertExchange(name, 'topic', { durable: true });
      await channel.assertQueue(name, {
        durable: true,
        deadLetterExchange: next,
        messageTtl: 2 ** step * DELAY_UNIT,
        arguments: {
          ...this.typeArguments(),
          ...(isQuorum && { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' }),
        },
      });
      await channel.bindQueue(name, name, `${before}1.#`);
      await channel.bindExchange(next, name, `${before}0.#`);
    }
  }

  /** One channel for each: a mismatch closes it. */
  private once(what: string, declare: (channel: Channel) => Promise<unknown>, within?: Ms): Promise<void> {
    const known = this.ready.get(what);
    if (known !== undefined) return known;
    const made = this.onChannel(declare, within);
    this.ready.set(what, made);
    made.catch(() => this.ready.get(what) === made && this.ready.delete(what));
    return made;
  }

  private async onChannel(declare: (channel: Channel) => Promise<unknown>, within?: Ms): Promise<void> {
    const { name, address, commandTimeout } = this.settings;
    const { model } = this;
    if (model === undefined)
      throw new BackendUnavailableError(name, 'not-sent', { reason: 'there is no connection to the broker' });
    const declared = async (): Promise<void> => {
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      await declare(channel);
      await channel.close();
    };
    try {
      await inTime(declared(), within ?? commandTimeout);
    } catch (error) {
      const mismatch = mismatchIn(error);
      if (mismatch === undefined) throw callError(name, 'not-sent', error, [address.password]);
      throw new BackendFaultError(name, 'not-sent', {
        reason: `what is there was declared otherwise: ${mismatch}`,
        remedy:
          'Give the entry the options that it was declared with, another `options.prefix`, or delete it when it is empty: the broker changes no argument of what exists.',
      });
    }
  }
}
