import type { BrokerKind } from './broker.js';
import { pgbouncerKind } from './pooled-broker.js';
import { postgresKind } from './postgres-broker.js';
import { rabbitMqKind } from './rabbitmq-broker.js';
import { redisKind } from './redis-broker.js';

/** Every kind of broker that the suites run on. */
export const KINDS: readonly BrokerKind[] = [redisKind, postgresKind, rabbitMqKind];

const isLong = process.env['TASKS_TEST_LONG'] === '1';

/** Those that keep jobs themselves; on RabbitMQ a part of all is in every run of the tests (rabbitmq.spec.ts), and all in `npm run test:long`. */
export const STORE_KINDS: readonly BrokerKind[] = isLong ? KINDS : [redisKind, postgresKind];

/** Those, and arrangements of them that have suites of their own. */
export const ALL_KINDS: readonly BrokerKind[] = [...KINDS, pgbouncerKind];
