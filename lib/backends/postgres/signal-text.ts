import type { SignalValue } from '../../contract/index.js';
import { fromStoredJson, toStoredJson } from './stored-payload.js';

/** The value of a signal as it is kept. */
export function toSignalText({ payload, codec }: SignalValue): string {
  return JSON.stringify({ codec, ...toStoredJson(payload) });
}

export function fromSignalText(kept: string): SignalValue {
  const { codec, text, raw } = JSON.parse(kept) as { codec: string; text?: string; raw?: string };
  return { payload: fromStoredJson(text, raw), codec };
}
