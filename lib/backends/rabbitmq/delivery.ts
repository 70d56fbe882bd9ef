import type { Message } from 'amqplib';
import { idOf } from './message.js';
import type { Session } from './session.js';

/** One message in hand. */
export class Delivery {
  readonly id: string | undefined;
  /** Acknowledged: it will not come again. */
  isDropped = false;
  private isEnded = false;

  constructor(
    readonly queue: string,
    readonly message: Message,
    private readonly session: Session,
  ) {
    this.id = idOf(message);
    session.take(message);
  }

  /** Whether it can still be acknowledged: else the broker hands it out again, or has. */
  get isLive(): boolean {
    return !this.isEnded && !this.session.isOver;
  }

  ack(): void {
    this.isDropped = true;
    if (this.ends()) this.session.ack(this.message.fields.deliveryTag);
  }

  nack(): void {
    if (this.ends()) this.session.nack(this.message.fields.deliveryTag);
  }

  /** The first of its ends counts. */
  private ends(): boolean {
    const isFirst = !this.isEnded;
    this.isEnded = true;
    return isFirst;
  }
}
