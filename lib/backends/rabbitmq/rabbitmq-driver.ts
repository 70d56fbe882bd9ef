import type * as amqplib from 'amqplib';
import { OptionalPeer } from '../optional-peer.js';

/** `amqplib`, loaded when a rabbitmq backend is opened. */
export const rabbitMqDriver: OptionalPeer<typeof amqplib> = new OptionalPeer({
  name: 'amqplib',
  range: '^2.3.0',
  neededBy: 'The rabbitmq backend',
  load: () => import('amqplib'),
});
