import type { Payload } from '../contract/index.js';

/** Where processes tell each other that a running job was cancelled. */
export const CANCEL_CHANNEL = 'tasks:cancel';

export interface CancelSignal {
  readonly queue: string;
  readonly id: string;
  readonly reason: string;
}

export function writeCancelSignal(signal: CancelSignal): Payload {
  return JSON.stringify([signal.queue, signal.id, signal.reason]);
}

/** @returns undefined for a message that is none: anybody with access to the broker can publish */
export function readCancelSignal(message: Payload): CancelSignal | undefined {
  try {
    const parts: unknown = JSON.parse(
      typeof message === 'string' ? message : Buffer.from(message).toString(),
    );
    if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return undefined;
    const [queue, id, reason] = parts;
    return queue === undefined || id === undefined || reason === undefined
      ? undefined
      : { queue, id, reason };
  } catch {
    return undefined;
  }
}
