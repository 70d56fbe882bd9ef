import { FORWARD_GRACE } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import type { JobRarities } from './job-rarities.js';
import { MomentHeap } from './moment-heap.js';

/** The ready jobs of a queue that another broker moves, and which of them have yet to be published. */
export class ForwardLine {
  /** How many are ready, published or not. */
  size = 0;
  /** Those that nobody has confirmed to be published, by the moment at which they are handed out (again). */
  private readonly unconfirmed = new MomentHeap<JobEntry>();

  /** When the next one is handed out; 0: now. */
  earliest(): number {
    return this.unconfirmed.earliest();
  }

  first(): JobEntry | undefined {
    return this.unconfirmed.first();
  }

  /** It is ready, and has to be published. */
  enter(entry: JobEntry): void {
    rareOf(entry).unforwarded = true;
    entry.moment = 0;
    this.unconfirmed.push(entry);
    this.size++;
  }

  /** It is taken, or is ready no longer. */
  leave(entry: JobEntry): void {
    this.confirm(entry);
    this.size--;
  }

  /** It is published. */
  confirm(entry: JobEntry): void {
    const rare = rareOf(entry);
    if (rare.unforwarded) this.unconfirmed.remove(entry);
    rare.unforwarded = false;
  }

  /** Hands it out no more until then. */
  defer(entry: JobEntry, moment: number): void {
    entry.moment = moment;
    this.unconfirmed.moved(entry);
  }

  /** Who enqueues a job publishes it. */
  expect(entry: JobEntry, now: number): void {
    if (entry.rare?.unforwarded === true) this.defer(entry, now + FORWARD_GRACE);
  }
}

function rareOf(entry: JobEntry): JobRarities {
  return entry.rare as JobRarities;
}
