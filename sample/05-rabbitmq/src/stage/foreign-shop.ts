import { setTimeout as sleep } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';

/** A program that knows RabbitMQ and nothing of this app but what docs/rabbitmq.md says: it could be written in any language. */
export class ForeignShop {
  private constructor(
    private readonly connection: ChannelModel,
    private readonly publishing: ConfirmChannel,
    private readonly looking: Channel,
    private readonly prefix: string,
  ) {}

  static async open(url: string, prefix: string): Promise<ForeignShop> {
    const connection = await connect(url);
    const [publishing, looking] = [await connection.createConfirmChannel(), await connection.createChannel()];
    return new ForeignShop(connection, publishing, looking, prefix);
  }

  /** Has a mail sent. @returns the id of its job, which is ours to choose */
  async confirmOrder(order: string, to: string): Promise<string> {
    const messageId = `order-${order}-confirmation`;
    const body = Buffer.from(JSON.stringify({ to, subject: `Order ${order}` }));
    const properties = { type: 'send-email', messageId, contentType: 'application/json', persistent: true };
    this.publishing.publish(`${this.prefix}:work`, 'notifications', body, properties);
    await this.publishing.waitForConfirms();
    return messageId;
  }

  /** Looks at the dead letter that the broker shows, a moment after the store has it, and leaves it there. @returns why it is one */
  async reasonOfDeadLetter(within: number): Promise<string | undefined> {
    for (const deadline = Date.now() + within; Date.now() < deadline; await sleep(20)) {
      const message = await this.looking.get(`${this.prefix}.notifications:dead`);
      if (message === false) continue;
      this.looking.nack(message);
      return String(message.properties.headers?.['x-tasks-error']);
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
