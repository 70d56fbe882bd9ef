import type { Progress, SignalValue } from '../../contract/index.js';
import {
  concatPacked,
  packPayload,
  payloadFromJson,
  payloadToJson,
  unpackPayload,
} from './packed-payload.js';

/** What only some jobs have, as a hash of the server gives it: fields and values in turn. */
export function readRare(flat: readonly Buffer[]): ReadonlyMap<string, Buffer> {
  const rare = new Map<string, Buffer>();
  for (let place = 0; place < flat.length; place += 2) {
    rare.set((flat[place] as Buffer).toString(), flat[place + 1] as Buffer);
  }
  return rare;
}

export function textIn(rare: ReadonlyMap<string, Buffer>, field: string): string | undefined {
  return rare.get(field)?.toString();
}

export function packProgress({ current, total, message, metadata }: Progress): string {
  return JSON.stringify({
    current,
    total,
    message,
    metadata: metadata === undefined ? undefined : payloadToJson(metadata),
  });
}

export function unpackProgress(packed: string): Progress {
  const { metadata, ...progress } = JSON.parse(packed) as Omit<Progress, 'metadata'> & { metadata?: string };
  return metadata === undefined ? progress : { ...progress, metadata: payloadFromJson(metadata) };
}

export function packSignal({ payload, codec }: SignalValue): string | Buffer {
  return concatPacked(`${JSON.stringify(codec)}\n`, packPayload(payload));
}

const SIGNAL = 'signal:';
const LINE_FEED = 10;

/** Signals that arrived, by name. */
export function signalsIn(rare: ReadonlyMap<string, Buffer>): Record<string, SignalValue> | undefined {
  const signals = [...rare].flatMap(([field, packed]) => {
    if (!field.startsWith(SIGNAL)) return [];
    const end = packed.indexOf(LINE_FEED);
    const codec = JSON.parse(packed.toString('utf8', 0, end)) as string;
    return [[field.slice(SIGNAL.length), { payload: unpackPayload(packed, end + 1), codec }] as const];
  });
  return signals.length === 0 ? undefined : Object.fromEntries(signals);
}
