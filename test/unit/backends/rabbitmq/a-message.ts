import type { Message, MessageProperties } from 'amqplib';

/** A message as the broker hands it out. */
export function aMessage(
  properties: Partial<MessageProperties> = {},
  content: string | Uint8Array = '{}',
  fields: Partial<Message['fields']> = {},
): Message {
  return {
    content: Buffer.from(content as string),
    fields: { deliveryTag: 1, redelivered: false, exchange: 'tasks:work', routingKey: 'mails', ...fields },
    properties: { headers: {}, ...properties } as MessageProperties,
  };
}
