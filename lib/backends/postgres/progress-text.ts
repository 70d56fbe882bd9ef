import type { Progress } from '../../contract/index.js';
import { fromStoredJson, toStoredJson } from './stored-payload.js';

interface StoredProgress extends Omit<Progress, 'metadata'> {
  readonly text?: string;
  readonly raw?: string;
}

export function toProgressText({ current, total, message, metadata }: Progress): string {
  return JSON.stringify({ current, total, message, ...toStoredJson(metadata) });
}

export function fromProgressText(kept: string): Progress {
  const { text, raw, ...progress } = JSON.parse(kept) as StoredProgress;
  const metadata = fromStoredJson(text, raw);
  return metadata === undefined ? progress : { ...progress, metadata };
}
