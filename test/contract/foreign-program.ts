import { type ChannelModel, type ConfirmChannel, connect, type GetMessage, type Options } from 'amqplib';

/** A program that knows nothing of ours but what docs/rabbitmq.md says: it speaks AMQP through a bare client. */
export class ForeignProgram {
  private readonly returned: string[] = [];

  private constructor(
    private readonly model: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly prefix: string,
  ) {
    channel.on('return', (message) => this.returned.push(message.fields.routingKey));
  }

  static async start(url: string, prefix: string): Promise<ForeignProgram> {
    const model = await connect(url);
    const channel = await model.createConfirmChannel();
    for (const end of [model, channel]) end.on('error', () => undefined);
    return new ForeignProgram(model, channel, prefix);
  }

  /** Resolves when the broker has it. */
  async publish(queue: string, body: string | Buffer, options: Options.Publish = {}): Promise<void> {
    const content = typeof body === 'string' ? Buffer.from(body) : body;
    this.channel.publish(`${this.prefix}:work`, queue, content, { persistent: true, ...options });
    await this.channel.waitForConfirms();
  }

  /** Routing keys of messages that came back, since no queue took them. */
  get cameBack(): readonly string[] {
    return this.returned;
  }

  /** Takes the next message of a queue for good. */
  async take(queue: string): Promise<GetMessage> {
    const message = await this.next(`${this.prefix}.${queue}`);
    this.channel.ack(message);
    return message;
  }

  /** Looks at the next dead letter of a queue and leaves it there. */
  async watchDead(queue: string): Promise<GetMessage> {
    const message = await this.next(`${this.prefix}.${queue}:dead`);
    this.channel.nack(message, false, true);
    return message;
  }

  /** Takes the next message and goes without a word of it, as somebody who dies. */
  async takeAndDie(queue: string): Promise<void> {
    await this.next(`${this.prefix}.${queue}`);
    await this.model.close();
  }

  /** Gives the next message up, so that the broker itself makes a dead letter of it. */
  async giveUp(queue: string): Promise<void> {
    this.channel.nack(await this.next(`${this.prefix}.${queue}`), false, false);
  }

  /** Messages that wait in a queue or, with `:dead` after its name, in its dead letters. */
  async count(queue: string): Promise<number> {
    const { messageCount } = await this.channel.checkQueue(`${this.prefix}.${queue}`);
    return messageCount;
  }

  /** Declares a queue as one that ends with the broker: what is there with other arguments is an error. */
  async declareTransient(queue: string): Promise<void> {
    await this.channel.assertQueue(`${this.prefix}.${queue}`, { durable: false });
  }

  async deleteQueue(queue: string): Promise<void> {
    await this.channel.deleteQueue(`${this.prefix}.${queue}`);
  }

  async stop(): Promise<void> {
    await this.model.close();
  }

  private async next(name: string): Promise<GetMessage> {
    const message = await this.channel.get(name);
    if (message === false) throw new Error(`There is no message in ${name}.`);
    return message;
  }
}
