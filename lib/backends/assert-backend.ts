import type { QueueBackend, StateBackend, TaskBackend } from '../contract/index.js';
import { InvalidBackendError } from '../errors/index.js';

/** Every member of both interfaces: the compiler sees to it that none is missing here. */
export const QUEUE_MEMBERS: Readonly<Record<keyof QueueBackend, 'object' | 'function'>> = {
  capabilities: 'object',
  open: 'function',
  close: 'function',
  ping: 'function',
  declare: 'function',
  enqueue: 'function',
  claim: 'function',
  extend: 'function',
  record: 'function',
  signal: 'function',
  forward: 'function',
  recover: 'function',
  subscribe: 'function',
  get: 'function',
  find: 'function',
  inspect: 'function',
  cancel: 'function',
  remove: 'function',
  clear: 'function',
  pause: 'function',
  resume: 'function',
  retryDead: 'function',
};
export const STATE_MEMBERS: Readonly<Record<keyof StateBackend, 'function'>> = {
  open: 'function',
  close: 'function',
  time: 'function',
  get: 'function',
  set: 'function',
  delete: 'function',
  compareAndSet: 'function',
  increment: 'function',
  index: 'function',
  acquire: 'function',
  renew: 'function',
  release: 'function',
  take: 'function',
  publish: 'function',
  watch: 'function',
};
/** Members that a message names; the rest are counted. */
const SHOWN = 5;

/**
 * @param title What it is called in the message.
 * @throws InvalidBackendError naming what is missing, unless both interfaces are there
 */
export function assertBackend(made: unknown, title: string): asserts made is TaskBackend {
  const { queue, state } = (made ?? {}) as Partial<Record<keyof TaskBackend, unknown>>;
  const missing = [...missingOf('queue', queue, QUEUE_MEMBERS), ...missingOf('state', state, STATE_MEMBERS)];
  if (missing.length === 0) return;
  const rest = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  throw new InvalidBackendError(
    `${title} lacks ${missing.slice(0, SHOWN).join(', ')}${rest}: its factory must give { queue, state }, with all that QueueBackend and StateBackend say.`,
  );
}

function missingOf(name: string, given: unknown, members: Readonly<Record<string, string>>): string[] {
  if (typeof given !== 'object' || given === null) return [`\`${name}\``];
  return Object.keys(members)
    .filter((member) => {
      const value = (given as Record<string, unknown>)[member];
      return value === null || typeof value !== members[member];
    })
    .map((member) => `\`${name}.${member}\``);
}
