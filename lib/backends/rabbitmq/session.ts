import type { Channel, Message } from 'amqplib';

/** One life of a channel: what it has delivered can be acknowledged on it and nowhere else. */
export class Session {
  /** Delivered and not acknowledged, ascending. */
  private readonly open = new Set<number>();
  private readonly done = new Set<number>();
  isOver = false;

  constructor(private readonly channel: Channel) {}

  take(message: Message): void {
    this.open.add(message.fields.deliveryTag);
  }

  /** With the next {@link flush}. */
  ack(tag: number): void {
    if (this.open.has(tag)) this.done.add(tag);
  }

  /** Gives it back to the queue at once. */
  nack(tag: number): void {
    if (this.isOver || !this.open.delete(tag)) return;
    this.attempt(() => this.channel.nack(messageOf(tag), false, true));
  }

  /** One acknowledgement for all that are done up to the first that is not, and one each for those behind it. */
  flush(): void {
    if (this.isOver || this.done.size === 0) return;
    let last = 0;
    let count = 0;
    for (const tag of this.open) {
      if (!this.done.delete(tag)) break;
      this.open.delete(tag);
      last = tag;
      count++;
    }
    if (count > 0) this.attempt(() => this.channel.ack(messageOf(last), count > 1));
    for (const tag of this.done) {
      this.open.delete(tag);
      this.attempt(() => this.channel.ack(messageOf(tag)));
    }
    this.done.clear();
  }

  /** A channel that is closing throws: the broker hands out again what it did not hear of, and the ledger knows better. */
  private attempt(step: () => void): void {
    try {
      step();
    } catch {
      this.isOver = true;
    }
  }
}

const messageOf = (deliveryTag: number): Message => ({ fields: { deliveryTag } }) as Message;
