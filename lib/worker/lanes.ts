import type { Take } from '../contract/index.js';

/** Every so many claims the bulk lane is looked at first, and in between the middle ones once. */
const CYCLE = 20;
const BULK_TURN = 19;
const MIDDLE_TURN = 9;

/**
 * In which order a claim looks at the queues: `urgent` first, then all others in rotation, `bulk` last. One claim in twenty
 * looks at `bulk` first and one at the others first, so that a lane that never empties starves nobody.
 */
export class Lanes {
  private readonly urgent: string[];
  private readonly bulk: string[];
  private readonly middle: string[];
  private turn = 0;
  /** Each kind of turn rotates by itself: counted together, a number of queues that divides 20 would always start alike. */
  private ordinary = 0;
  private middleFirst = 0;

  /** @param limited Queues with a rate or a concurrency of their own: jobs in hand would use it up. */
  constructor(
    readonly queues: readonly string[],
    private readonly limited: ReadonlySet<string> = new Set(),
  ) {
    this.urgent = queues.filter((queue) => queue === 'urgent');
    this.bulk = queues.filter((queue) => queue === 'bulk');
    this.middle = queues.filter((queue) => queue !== 'urgent' && queue !== 'bulk');
  }

  /**
   * @param slots Free ones: the limit of each take. The claim's `max` bounds their sum.
   * @param ahead Jobs to take beyond them, of queues without limits.
   * @param only The queues to look at. Default: all. That is no turn of theirs: the others have nothing, and starve of nothing.
   */
  next(slots: number, ahead = 0, only?: ReadonlySet<string>): Take[] {
    if (only !== undefined) {
      const takes = this.inTurn(0, slots, ahead);
      return takes.filter(({ queue }) => only.has(queue));
    }
    return this.inTurn(this.turn++ % CYCLE, slots, ahead);
  }

  private inTurn(place: number, slots: number, ahead: number): Take[] {
    const limit = { slots, ahead, limited: this.limited };
    const takes: Take[] = [];
    switch (place) {
      case BULK_TURN:
        push(takes, this.bulk, 0, limit);
        push(takes, this.urgent, 0, limit);
        push(takes, this.middle, this.ordinary, limit);
        break;
      case MIDDLE_TURN:
        push(takes, this.middle, this.middleFirst++, limit);
        push(takes, this.urgent, 0, limit);
        push(takes, this.bulk, 0, limit);
        break;
      default:
        push(takes, this.urgent, 0, limit);
        push(takes, this.middle, this.ordinary++, limit);
        push(takes, this.bulk, 0, limit);
    }
    return takes;
  }
}

interface TakeLimit {
  readonly slots: number;
  readonly ahead: number;
  readonly limited: ReadonlySet<string>;
}

function push(
  takes: Take[],
  queues: readonly string[],
  rotation: number,
  { slots, ahead, limited }: TakeLimit,
): void {
  for (let place = 0; place < queues.length; place++) {
    const queue = queues[(place + rotation) % queues.length];
    if (queue === undefined) continue;
    takes.push({ queue, limit: ahead === 0 || limited.has(queue) ? slots : slots + ahead });
  }
}
