import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { optionField as field } from '../../config/index.js';

const tls = z.union([z.boolean(), field.own<ConnectionOptions>(isPlainObject, 'object')], {
  error: "must be true, false or Node's TLS options",
});

/** A name of a queue holds at most 255 bytes, and 128 of them are the queue's own. */
const prefix = z.string({ error: 'must be a text' }).regex(/^[\w.-]{1,64}$/, {
  error: 'must be 1 to 64 of letters, digits, `.`, `_`, `-`',
});

/** Every option of the type `rabbitmq` but the URL, with its check. */
export const rabbitMqOptionSchema = z.strictObject({
  host: field.text().optional(),
  port: field.whole(1, 65_535).optional(),
  vhost: field.text().optional(),
  username: field.text().optional(),
  password: field.text().optional(),
  tls: tls.optional(),
  prefix: prefix.default('tasks'),
  queueType: z.enum(['classic', 'quorum'], { error: 'must be classic or quorum' }).default('classic'),
  maxPriority: field.whole(0, 20).default(10),
  maxLength: field.whole(1).optional(),
  commandTimeout: field.duration(1).prefault('10s'),
  connectTimeout: field.duration(1).prefault('5s'),
  heartbeat: field.duration('1s').prefault('10s'),
  readDeadLetters: z.boolean({ error: 'must be true or false' }).optional(),
  connectionName: z
    .string({ error: 'must be a text' })
    .regex(/^[\w.:-]{1,64}$/, { error: 'must be 1 to 64 of letters, digits, `.`, `_`, `:`, `-`' })
    .default('nestjs-tasks'),
});

export type ParsedRabbitMqOptions = z.output<typeof rabbitMqOptionSchema>;

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
