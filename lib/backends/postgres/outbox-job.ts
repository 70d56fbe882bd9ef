import type { NewJob } from '../../contract/index.js';

/** Numbers that JSON has no word for: no bound. */
const UNBOUNDED = 'unbounded';

/** A job as it lies in the outbox: JSON, with bytes in Base64. It has every field, so that a later version reads what this one wrote. */
export function toOutboxText(job: NewJob): string {
  const { payload } = job;
  const kept = payload instanceof Uint8Array ? { bytes: Buffer.from(payload).toString('base64') } : payload;
  return JSON.stringify({ ...job, payload: kept }, (_key, value: unknown) =>
    value === Infinity ? UNBOUNDED : value,
  );
}

/** @returns nothing for what is no job */
export function fromOutboxText(text: string): NewJob | undefined {
  try {
    const kept: unknown = JSON.parse(text, (_key, value: unknown) =>
      value === UNBOUNDED ? Infinity : value,
    );
    if (!isRecord(kept) || !hasWords(kept)) return undefined;
    const { payload } = kept as { payload?: unknown };
    return (isRecord(payload)
      ? { ...kept, payload: Buffer.from(String(payload['bytes']), 'base64') }
      : kept) as unknown as NewJob;
  } catch {
    return undefined;
  }
}

function hasWords(kept: Readonly<Record<string, unknown>>): boolean {
  return ['queue', 'id', 'name', 'codec'].every((field) => typeof kept[field] === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
