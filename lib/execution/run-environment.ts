import type { Clock } from '../contract/index.js';
import type { Codecs, EventSink, RunRecorder, RunSettler } from './ports.js';

/** What every run of a backend's jobs shares. */
export interface RunEnvironment {
  readonly clock: Clock;
  readonly codecs: Codecs;
  readonly events: EventSink;
  readonly recorder: RunRecorder;
  readonly settler: RunSettler;
}
