import { setTimeout as sleep } from 'node:timers/promises';
import { type Channel, type ChannelModel, connect } from 'amqplib';

/** How long the server takes to say to who publishes that it is blocked. */
const SAYING_MS = 300;
const TRIES = 20;
const BETWEEN_MS = 250;

/** What is asked of a RabbitMQ server by somebody who looks after it, in AMQP: a connection for each question, since they are cut. */
export class RabbitMqDesk {
  constructor(private readonly url: string) {}

  /** Messages that wait in a queue; those in somebody's hand are not counted. */
  waiting(queue: string): Promise<number> {
    return this.ask(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  consumers(queue: string): Promise<number> {
    return this.ask(async (channel) => (await channel.checkQueue(queue)).consumerCount);
  }

  /** @returns how many messages went with it */
  deleteQueue(queue: string): Promise<number> {
    return this.ask(async (channel) => (await channel.deleteQueue(queue)).messageCount);
  }

  /** @returns how many messages went */
  purge(queue: string): Promise<number> {
    return this.ask(async (channel) => (await channel.purgeQueue(queue)).messageCount);
  }

  /** Whether the server tells who publishes that it takes nothing. */
  async isBlocked(): Promise<boolean> {
    return this.ask(async (channel, model) => {
      let isBlocked = false;
      model.on('blocked', () => (isBlocked = true));
      channel.publish('', 'nobody', Buffer.from('?'));
      await sleep(SAYING_MS);
      return isBlocked;
    });
  }

  /** Asks again where the connection was cut meanwhile. */
  private async ask<T>(question: (channel: Channel, model: ChannelModel) => Promise<T>): Promise<T> {
    for (let left = TRIES; ; left--) {
      try {
        return await this.askOnce(question);
      } catch (error) {
        if (left === 0) throw error;
        await sleep(BETWEEN_MS);
      }
    }
  }

  private async askOnce<T>(question: (channel: Channel, model: ChannelModel) => Promise<T>): Promise<T> {
    const model = await connect(this.url, { timeout: 2_000 });
    model.on('error', () => undefined);
    try {
      const channel = await model.createChannel();
      channel.on('error', () => undefined);
      return await question(channel, model);
    } finally {
      await Promise.race([model.close().catch(() => undefined), sleep(SAYING_MS)]);
    }
  }
}
