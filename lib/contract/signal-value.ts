import type { Payload } from './payload.js';

/** What a signal brings, with the name of the codec that wrote it: who signals a job need not know the job's own codec. */
export interface SignalValue {
  readonly payload: Payload | undefined;
  readonly codec: string;
}
