import type { Channel, ChannelModel } from 'amqplib';

/** Pauses before a channel is opened again that the broker has closed: doubled each time, up to the last. */
const PAUSE = { first: 100, most: 5_000 };

export interface ChannelListener<C> {
  opened(channel: C): void | Promise<void>;
  /** @param why what the broker said; nothing when the connection is gone */
  lost(why: Error | undefined): void;
  warn(message: string): void;
}

/**
 * A channel that comes back. The broker closes one for the mistake of a single call (a queue that is gone, a consumer that was silent for
 * half an hour) while its connection stays, and no driver brings it back.
 */
export class SteadyChannel<C extends Channel> {
  current: C | undefined;
  private model: ChannelModel | undefined;
  private pause = PAUSE.first;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly make: (model: ChannelModel) => Promise<C>,
    private readonly listener: ChannelListener<C>,
  ) {}

  async start(model: ChannelModel): Promise<void> {
    this.stop();
    this.model = model;
    await this.open(model);
  }

  /** The connection is gone, or is to be closed. */
  stop(): void {
    this.model = undefined;
    clearTimeout(this.timer);
    this.lose(this.current, undefined);
  }

  /** Closes it, so that the broker takes back what it had delivered, and opens it again. */
  renew(): void {
    this.current?.close().catch(() => undefined);
  }

  /** Ends it for good: resolves when the broker has read all that was sent on it, which the end of its connection may overtake. */
  async end(): Promise<void> {
    const { current } = this;
    this.stop();
    try {
      await current?.close();
    } catch {
      // It is gone already.
    }
  }

  private async open(model: ChannelModel): Promise<void> {
    const channel = await this.make(model);
    let why: Error | undefined;
    channel.on('error', (error) => (why = error));
    channel.on('handler-error', (error: Error) =>
      this.listener.warn(`what listens to a channel has failed: ${error.message}`),
    );
    // Nobody would ever hear that it is lost.
    if (this.model !== model) {
      await channel.close().catch(() => undefined);
      return;
    }
    channel.on('close', () => {
      if (this.model !== model || this.current !== channel) return;
      this.lose(channel, why);
      this.openLater(model);
    });
    this.current = channel;
    await this.listener.opened(channel);
    this.pause = PAUSE.first;
  }

  private openLater(model: ChannelModel): void {
    const wait = this.pause;
    this.pause = Math.min(wait * 2, PAUSE.most);
    this.timer = setTimeout(() => {
      if (this.model !== model) return;
      this.open(model).catch(() => this.model === model && this.openLater(model));
    }, wait);
    this.timer.unref();
  }

  private lose(channel: C | undefined, why: Error | undefined): void {
    if (channel === undefined || this.current !== channel) return;
    this.current = undefined;
    this.listener.lost(why);
  }
}
