import type { Payload } from '../contract/index.js';

/** Where processes tell each other which jobs of a queue have ended. */
export function finishedChannel(queue: string): string {
  return `finished:${queue}`;
}

export function writeFinished(ids: readonly string[]): Payload {
  return JSON.stringify(ids);
}

/** @returns nothing for a message that is none: anybody with access to the broker can publish */
export function readFinished(message: Payload): readonly string[] {
  try {
    const ids: unknown = JSON.parse(typeof message === 'string' ? message : Buffer.from(message).toString());
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
