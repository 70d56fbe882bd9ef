import type { Claim, ClaimRequest } from '../../contract/index.js';
import type { WakeUps } from './wake-ups.js';

/** A claim that waits for the enqueue which has called for it. */
export interface Companion {
  readonly request: ClaimRequest;
  /** Answers whoever claims: with what the call has brought, or with what brings it. */
  readonly answer: (claim: Claim | Promise<Claim>) => void;
}

/** An enqueue that has called for a claim, and leaves when everything is done that is ready now. */
interface Departure {
  readonly queue: string;
  companion: Companion | undefined;
  /** With the companion, or alone. */
  left?: Promise<Companion | undefined>;
}

/**
 * Brings an enqueue and the claim that it causes in the same process together: they travel in one statement, and what is enqueued starts
 * after one commit instead of a commit, a notification and a second call. Half of the time of a job on an idle queue was the second half.
 */
export class Companions {
  private departure: Departure | undefined;

  constructor(private readonly wakeUps: Pick<WakeUps, 'wakeOne'>) {}

  /**
   * Calls for a claim of this queue, if somebody here waits for its jobs.
   * @param queue as the caller knows it, then as the database calls it
   * @returns the one that has come; undefined: the enqueue goes alone
   */
  call(queue: string, inStore: string): Promise<Companion | undefined> | undefined {
    if (this.departure !== undefined) return undefined;
    const departure: Departure = { queue, companion: undefined };
    this.departure = departure;
    if (!this.wakeUps.wakeOne(inStore)) {
      this.departure = undefined;
      return undefined;
    }
    // A claim is made in a microtask of the wake-up: after all of them it is there, or does not come.
    departure.left = new Promise((resolve) => {
      process.nextTick(() => {
        this.departure = undefined;
        resolve(departure.companion);
      });
    });
    return departure.left;
  }

  /** Resolves once the enqueue has been sent that waits for a claim. */
  async sent(): Promise<void> {
    await this.departure?.left;
  }

  /** @returns the answer to a claim that goes along; undefined: it goes alone */
  join(request: ClaimRequest): Promise<Claim> | undefined {
    const { departure } = this;
    if (departure === undefined || departure.companion !== undefined) return undefined;
    if (!asksNothingElse(request, departure.queue)) return undefined;
    return new Promise((resolve) => {
      departure.companion = { request, answer: resolve };
    });
  }
}

/** Whether a claim only asks for jobs of this queue. */
function asksNothingElse({ take, settle = [], tx }: ClaimRequest, queue: string): boolean {
  const [one, ...others] = take;
  return (
    one !== undefined &&
    others.length === 0 &&
    one.queue === queue &&
    one.limit > 0 &&
    one.ids === undefined &&
    settle.length === 0 &&
    tx === undefined
  );
}
