import type { ChaosBroker } from '../harness/broker.js';
import { RabbitMqBroker } from '../harness/rabbitmq-broker.js';

const WHOSE = 'it is a thing of RabbitMQ';
/** Of faults that only a RabbitMQ server can have. */
export const ONLY_ON_RABBITMQ = { redis: WHOSE, postgres: WHOSE, pgbouncer: WHOSE } as const;

/** @throws on any other broker */
export function onRabbitMq(broker: ChaosBroker): RabbitMqBroker {
  if (broker instanceof RabbitMqBroker) return broker;
  throw new Error('The broker is no RabbitMQ server.');
}
