import type {
  AttemptFailure,
  Checkpoint,
  ErrorRecord,
  Idempotency,
  Payload,
  Progress,
  Uniqueness,
} from '../../contract/index.js';
import type { DependencyLinks } from './dependency-links.js';
import type { JobEntry } from './job-entry.js';
import type { Signals } from './signals.js';

/** What only some jobs have, made when a job first needs any of it. */
export class JobRarities {
  key: string | undefined = undefined;
  weight = 1;
  /** Parked behind the limits of its key. */
  parked = false;
  external = false;
  /** External and ready, and nobody has confirmed that it is published. */
  unforwarded = false;
  idempotency: Idempotency | undefined = undefined;
  unique: Uniqueness | undefined = undefined;
  headers: Readonly<Record<string, string>> | undefined = undefined;
  /** What it depends on. */
  links: DependencyLinks | undefined = undefined;
  /** What depends on it: the unfinished, and those that were cancelled because of it and may come back. */
  dependents: Set<JobEntry> | undefined = undefined;
  signals: Signals | undefined = undefined;
  awaits: string | undefined = undefined;
  checkpoint: Checkpoint | undefined = undefined;
  progress: Progress | undefined = undefined;
  result: Payload | undefined = undefined;
  error: ErrorRecord | undefined = undefined;
  failures: AttemptFailure[] | undefined = undefined;
  /** Of a cancelled job, or a cancel that was requested of a running one. */
  cancelReason: string | undefined = undefined;
  replays = 0;
}

/** The rarities of a job, to write into. */
export function rarelyOf(entry: JobEntry): JobRarities {
  return (entry.rare ??= new JobRarities());
}
