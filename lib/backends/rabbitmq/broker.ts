import type { Channel, ChannelModel } from 'amqplib';
import type { BackendInfo, ErrorRecord, Ms } from '../../contract/index.js';
import { BrokerLink } from './broker-link.js';
import { endedWithin, inTime } from './in-time.js';
import { Intake } from './intake.js';
import { type MessageHistory, type MessageJob, toPublication } from './message.js';
import type { Publication, PublishOutcome } from './publisher.js';
import { PublisherLanes } from './publisher-lanes.js';
import { callError, isNotFound } from './rabbitmq-errors.js';
import type { RabbitMqSettings } from './rabbitmq-settings.js';
import { hasLatestQuorumQueues } from './server-version.js';
import { Topology } from './topology.js';

/** A job on its way to the broker. */
export interface Sending {
  readonly job: MessageJob;
  readonly history: MessageHistory;
  /** Not to be delivered earlier. */
  readonly delay?: Ms | undefined;
  /** No ledger was told of it: whoever receives it enters it. */
  readonly isUnknown?: true | undefined;
}

export interface BrokerHooks {
  onQueueLost(queue: string): void;
  /** A connection has come back, or a channel that the broker had closed. */
  onBack(): void;
  warn(message: string): void;
}

/** No queue has a name with a colon: what has one as its key comes back. */
const PROBE = { messageId: 'probe', mandatory: true } as const;

/** A server of RabbitMQ: one connection that publishes and one that consumes, so that neither is held up by the other's flow control. */
export class Broker {
  readonly topology: Topology;
  readonly intake: Intake;
  private readonly publisher: PublisherLanes;
  private readonly names = new Map<string, string>();
  private readonly publishing: BrokerLink;
  private readonly consuming: BrokerLink;
  private version = '';
  private isOpen = false;

  constructor(
    readonly settings: RabbitMqSettings,
    /** All processes share the ledger. */
    readonly isRecorded: boolean,
    private readonly hooks: BrokerHooks,
  ) {
    const warn = (message: string): void => hooks.warn(message);
    this.topology = new Topology(settings, !isRecorded);
    this.publisher = new PublisherLanes(settings.commandTimeout, warn, () => hooks.onBack());
    this.intake = new Intake({
      commandTimeout: settings.commandTimeout,
      warn,
      onQueueLost: (queue) => {
        this.topology.forget(this.nameOf(queue));
        hooks.onQueueLost(queue);
      },
      declare: (queue) => this.topology.declare([this.nameOf(queue)]),
      outlivesConsumers: async (queue) =>
        settings.queueType === 'quorum' &&
        hasLatestQuorumQueues(this.version) &&
        this.isThere(this.nameOf(queue)),
      atBroker: (queue) => this.topology.queue(this.nameOf(queue)),
    });
    this.publishing = new BrokerLink(settings, 'publish', {
      up: (model) => this.publishingUp(model),
      down: () => {
        this.topology.use(undefined);
        this.publisher.stop();
      },
      warn,
    });
    this.consuming = new BrokerLink(settings, 'consume', {
      up: async (model) => {
        await this.intake.up(model);
        if (this.isOpen) hooks.onBack();
      },
      down: () => this.intake.down(),
      warn,
    });
  }

  /** Connections that are held now. */
  get handles(): number {
    return [this.publishing, this.consuming].filter(({ model }) => model !== undefined).length;
  }

  get isUp(): boolean {
    return this.publisher.isOpen;
  }

  name(queue: string, brokerName: string | undefined): void {
    this.names.set(queue, brokerName ?? queue);
  }

  nameOf(queue: string): string {
    return this.names.get(queue) ?? queue;
  }

  async open(): Promise<void> {
    this.intake.open();
    try {
      await this.publishing.open();
      await this.consuming.open();
      // A part of connecting: all processes may do it at one moment, on a broker that has just started.
      const { commandTimeout, connectTimeout } = this.settings;
      await this.topology.declare(this.names.values(), Math.max(commandTimeout, connectTimeout));
      this.isOpen = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** It is to be closed: what a blocked broker has not confirmed by now is not waited for. */
  hurry(): void {
    if (this.publishing.isBlocked) this.publisher.abandon();
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await this.intake.close();
    this.intake.down();
    this.publisher.stop();
    await Promise.all([this.publishing.close(), this.consuming.close()]);
  }

  /** @throws BackendUnavailableError when messages cannot be published now */
  assertUp(): void {
    const { name, address } = this.settings;
    if (this.publishing.isBlocked) throw callError(name, 'not-sent', new Error('connection blocked'));
    if (!this.publisher.isOpen)
      throw callError(name, 'not-sent', this.publishing.trouble, [address.password]);
  }

  async ping(): Promise<BackendInfo> {
    const { address } = this.settings;
    await this.withChannel(async () => undefined, this.publishing);
    return {
      type: 'rabbitmq',
      version: this.version,
      address: `${address.host}:${address.port}${address.vhost === '/' ? '' : `/${address.vhost}`}`,
    };
  }

  /** Of the server, as it says. */
  get serverVersion(): string {
    return this.version;
  }

  /** The largest message that it takes, in bytes, as far as it has said so. */
  get largestMessage(): number {
    return this.publisher.limit.bytes;
  }

  /** Whether the broker takes messages: one that no queue gets is confirmed like any other. Declares nothing. */
  async takesMessages(): Promise<boolean> {
    const { work } = this.topology;
    const hasExchange = await this.withChannel((channel) => this.answer(channel.checkExchange(work))).then(
      () => true,
      (error: unknown) => !isNotFound(error),
    );
    if (!hasExchange) return true;
    const probe = { exchange: work, key: ':', content: Buffer.alloc(0), options: PROBE };
    const [outcome] = await this.publisher.publish([probe]);
    return !this.publishing.isBlocked && outcome !== 'unknown';
  }

  /** Whether the broker has a queue of ours of that name. */
  isThere(brokerName: string): Promise<boolean> {
    return this.hasQueue(this.topology.queue(brokerName));
  }

  /** Whether it has one of exactly that name. */
  async hasQueue(name: string): Promise<boolean> {
    return this.withChannel((channel) => this.answer(channel.checkQueue(name))).then(
      () => true,
      (error: unknown) => {
        if (isNotFound(error)) return false;
        throw error;
      },
    );
  }

  /** Publishes jobs to their queues, at once or after a delay; a queue that somebody has deleted is declared again. */
  async publish(sendings: readonly Sending[]): Promise<readonly PublishOutcome[]> {
    if (sendings.length === 0) return [];
    await this.declareFor(sendings);
    const publications = sendings.map((sending) => this.publicationOf(sending));
    const outcomes = [...(await this.publisher.publish(publications))];
    const again = [...outcomes.keys()].filter((place) => outcomes[place] === 'unroutable');
    if (again.length === 0) return outcomes;
    const queues = new Set(again.map((place) => (sendings[place] as Sending).job.queue));
    for (const queue of queues) {
      this.topology.forget(this.nameOf(queue));
      this.hooks.onQueueLost(queue);
    }
    await this.declareFor(again.map((place) => sendings[place] as Sending));
    const second = await this.publisher.publish(again.map((place) => publications[place] as Publication));
    again.forEach((place, index) => (outcomes[place] = second[index] as PublishOutcome));
    return outcomes;
  }

  /** Sends a copy of a dead letter to the broker's dead-letter exchange. */
  async bury(job: MessageJob, history: MessageHistory, error: ErrorRecord, ttl: Ms): Promise<PublishOutcome> {
    const name = this.nameOf(job.queue);
    await this.topology.declare([name]);
    const address = { exchange: this.topology.dead, key: name };
    const publication = toPublication(address, job, history, this.isRecorded, this.settings);
    const { options } = publication;
    const told = { 'x-tasks-error': error.message.slice(0, 2_000), 'x-tasks-error-name': error.name };
    const code = error.code === undefined ? {} : { 'x-tasks-error-code': error.code };
    const headers: Record<string, unknown> = {
      ...(options.headers as Record<string, unknown>),
      ...told,
      ...code,
    };
    const copy = { ...publication, options: { ...options, headers, expiration: String(Math.ceil(ttl)) } };
    const [outcome = 'not-sent'] = await this.publisher.publish([copy]);
    if (outcome !== 'unroutable') return outcome;
    // Somebody has deleted the queue of dead letters.
    this.topology.forget(name);
    await this.topology.declare([name]);
    const [second = 'not-sent'] = await this.publisher.publish([copy]);
    return second;
  }

  /** A channel of its own, for what looks into a queue or asks for an answer. */
  async withChannel<T>(
    use: (channel: Channel) => Promise<T>,
    { model, trouble } = this.consuming,
  ): Promise<T> {
    const { name, address, commandTimeout } = this.settings;
    if (model === undefined) throw callError(name, 'not-sent', trouble, [address.password]);
    const channel = await this.answer(model.createChannel());
    channel.on('error', () => undefined);
    try {
      return await use(channel);
    } finally {
      await endedWithin(channel.close(), commandTimeout);
    }
  }

  /** @throws BackendUnavailableError when the broker does not answer in time, BackendFaultError when it refuses */
  async answer<T>(call: Promise<T>): Promise<T> {
    const { name, address, commandTimeout } = this.settings;
    try {
      return await inTime(call, commandTimeout);
    } catch (error) {
      throw callError(name, 'unknown', error, [address.password]);
    }
  }

  private async declareFor(sendings: readonly Sending[]): Promise<void> {
    const names = new Set(sendings.map(({ job }) => this.nameOf(job.queue)));
    await this.topology.declare(names);
    if (sendings.some(({ delay = 0 }) => delay > 0)) await this.topology.declareDelays();
  }

  private publicationOf({ job, history, delay, isUnknown }: Sending): Publication {
    const key = this.nameOf(job.queue);
    const address =
      delay === undefined || delay <= 0
        ? { exchange: this.topology.work, key }
        : this.topology.delayed(key, delay);
    const isRecorded = this.isRecorded && isUnknown !== true;
    return toPublication(address, job, history, isRecorded, this.settings);
  }

  private async publishingUp(model: ChannelModel): Promise<void> {
    this.version = model.connection.serverProperties.version;
    this.topology.use(model);
    await this.publisher.start(model);
    if (!this.isOpen) return;
    await this.topology.declare(this.names.values()).catch((error: unknown) => {
      this.hooks.warn(`queues could not be declared again: ${String(error)}`);
    });
    this.hooks.onBack();
  }
}
