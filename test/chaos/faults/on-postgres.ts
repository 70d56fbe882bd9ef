import type { ChaosBroker } from '../harness/broker.js';
import { PostgresBroker } from '../harness/postgres-broker.js';

const WHOSE = 'it is a thing of PostgreSQL';
/** Of faults that only a PostgreSQL server can have. */
export const NOT_ON_OTHERS = { redis: WHOSE, rabbitmq: WHOSE } as const;

/** @throws on any other broker */
export function onPostgres(broker: ChaosBroker): PostgresBroker {
  if (broker instanceof PostgresBroker) return broker;
  throw new Error('The broker is no PostgreSQL server.');
}
