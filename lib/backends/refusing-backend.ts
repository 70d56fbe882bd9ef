import type { Capabilities, QueueBackend, StateBackend, TaskBackend } from '../contract/index.js';
import type { TaskError } from '../errors/index.js';
import { QUEUE_MEMBERS, STATE_MEMBERS } from './assert-backend.js';

const INDEX_CALLS = ['add', 'remove', 'range', 'count'] as const satisfies readonly (keyof ReturnType<
  StateBackend['index']
>)[];

/**
 * A backend that keeps nothing and reaches nothing: it opens and closes, and every call that needs a broker is refused.
 *
 * @param refusal Made anew for each call.
 */
export function refusingBackend(capabilities: Capabilities, refusal: () => TaskError): TaskBackend {
  const refuse = () => Promise.reject(refusal());
  const idle = () => Promise.resolve();
  const all = (members: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.keys(members).map((member) => [member, refuse]));
  const index = () => Object.fromEntries(INDEX_CALLS.map((call) => [call, refuse]));
  const subscribe = () => ({ setDemand: () => undefined, close: () => undefined });
  return {
    queue: {
      ...all(QUEUE_MEMBERS),
      capabilities,
      open: idle,
      close: idle,
      declare: () => undefined,
      subscribe,
    } as unknown as QueueBackend,
    state: { ...all(STATE_MEMBERS), open: idle, close: idle, index } as unknown as StateBackend,
  };
}
