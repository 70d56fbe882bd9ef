import type { Publication } from './publisher.js';

/** What the broker says as it closes a channel for a message. */
const TOLD = /larger than (?:configured )?max size (\d+)/;

/**
 * The largest message that the broker takes. It says so only as it closes the channel on which a larger one came, and with it all that was under way
 * there: 16 MiB by default from RabbitMQ 4.0 on, 128 MiB before. So one is sent to each connection, and no other.
 */
export class MessageLimit {
  private most = Infinity;

  /** In bytes, as far as it is known. */
  get bytes(): number {
    return this.most;
  }

  /** Of a new connection: the broker may have been given another. */
  forget(): void {
    this.most = Infinity;
  }

  /** @param why what the broker said as it closed a channel */
  learn(why: Error): void {
    const told = TOLD.exec(why.message)?.[1];
    if (told !== undefined) this.most = Number(told);
  }

  isOver({ content }: Publication): boolean {
    return content.length > this.most;
  }
}
