import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import { findServer } from './find-server.mjs';
import { rabbitMqBroker } from './rabbitmq.mjs';
import type { FoundServer } from './servers.mjs';

let found: Promise<FoundServer> | undefined;

/** The server that runs share; found once a process. What was started for it ends with the process. */
export function sharedRabbitMq(): Promise<FoundServer> {
  return (found ??= findServer(rabbitMqBroker));
}

/** A prefix that no other run has. */
export function uniqueRabbitMqPrefix(): string {
  return `test.${process.pid}.${randomBytes(4).toString('hex')}`;
}

/** Removes queues and exchanges by name: the broker lists none to who speaks AMQP alone. */
export async function dropFromBroker(
  url: string,
  queues: Iterable<string>,
  exchanges: Iterable<string> = [],
): Promise<void> {
  const model = await connect(url);
  model.on('error', () => undefined);
  try {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    for (const queue of queues) await channel.deleteQueue(queue);
    for (const exchange of exchanges) await channel.deleteExchange(exchange);
  } finally {
    await model.close();
  }
}
