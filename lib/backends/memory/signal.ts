import type { SignalValue } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { rarelyOf } from './job-rarities.js';
import { ownPayload } from './own-payload.js';
import { Signals } from './signals.js';
import { isFinishedCode, WAITING } from './state-code.js';

/** Leaves a signal with a job, and lets it go on if that is what it waits for. */
export function signalJob(entry: JobEntry | undefined, name: string, value: SignalValue, now: number): void {
  if (entry === undefined || isFinishedCode(entry.state)) return;
  const rare = rarelyOf(entry);
  rare.signals ??= new Signals();
  rare.signals.leave(name, { payload: ownPayload(value.payload), codec: value.codec });
  if (entry.state !== WAITING || rare.awaits !== name) return;
  rare.signals.use(name);
  rare.awaits = undefined;
  entry.queue.withdraw(entry, now);
  entry.queue.admit(entry, now);
}
