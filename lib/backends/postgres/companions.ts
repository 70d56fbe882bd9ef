import type { Claim, ClaimRequest } from '../../contract/index.js';
import type { Declarations } from './declarations.js';
import type { WakeUps } from './wake-ups.js';

/** A claim that waits for the enqueue which has called for it. */
export interface Companion {
  readonly request: ClaimRequest;
  /** Answers whoever claims: with what the call has brought, or with what brings it. */
  readonly answer: (claim: Promise<Claim>) => void;
}

/** An enqueue that has called for a claim, and leaves when everything is done that is ready now. */
interface Departure {
  readonly queue: string;
  companion: Companion | undefined;
}

/**
 * Brings an enqueue and the claim that it causes in the same process together: they travel in one statement, and what is enqueued starts
 * after one commit instead of a commit, a notification and a second call. Half of the time of a job on an idle queue was the second half.
 */
export class Companions {
  private departure: Departure | undefined;
  private leaving: Promise<Companion | undefined> | undefined;

  constructor(
    private readonly wakeUps: Pick<WakeUps, 'wakeOne'>,
    private readonly declarations: Pick<Declarations, 'hasLimits'>,
  ) {}

  /** Resolves when the enqueue has left that waits for a claim; nothing: none does. Whatever is enqueued after it has to leave after it. */
  get left(): Promise<unknown> | undefined {
    return this.leaving;
  }

  /**
   * Calls for a claim of this queue, if somebody here waits for its jobs. Not where it has limits: no job is claimed there as it is written, and
   * the claim would come too early.
   * @param queue as the caller knows it, then as the database calls it
   * @returns the one that has come; undefined: the enqueue goes alone
   */
  call(queue: string, inStore: string): Promise<Companion | undefined> | undefined {
    if (this.leaving !== undefined || this.declarations.hasLimits(queue)) return undefined;
    const departure: Departure = { queue, companion: undefined };
    this.departure = departure;
    if (!this.wakeUps.wakeOne(inStore)) {
      this.departure = undefined;
      return undefined;
    }
    this.leaving = new Promise((resolve) => {
      // A claim is made in a microtask of the wake-up: after all of them it is there, or does not come. Asked for by one of them, since ticks come
      // before microtasks where a timer or an answer has called.
      queueMicrotask(() =>
        process.nextTick(() => {
          this.departure = undefined;
          this.leaving = undefined;
          resolve(departure.companion);
        }),
      );
    });
    return this.leaving;
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
function asksNothingElse({ take, max = 1, settle = [], tx }: ClaimRequest, queue: string): boolean {
  const [one, ...others] = take;
  return (
    one !== undefined &&
    others.length === 0 &&
    one.queue === queue &&
    Math.min(one.limit, max) > 0 &&
    one.ids === undefined &&
    settle.length === 0 &&
    tx === undefined
  );
}
