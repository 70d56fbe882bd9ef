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

  constructor(readonly queues: readonly string[]) {
    this.urgent = queues.filter((queue) => queue === 'urgent');
    this.bulk = queues.filter((queue) => queue === 'bulk');
    this.middle = queues.filter((queue) => queue !== 'urgent' && queue !== 'bulk');
  }

  /** @param limit of each take; the claim's `max` bounds their sum */
  next(limit: number): Take[] {
    const place = this.turn++ % CYCLE;
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

function push(takes: Take[], queues: readonly string[], rotation: number, limit: number): void {
  for (let place = 0; place < queues.length; place++) {
    const queue = queues[(place + rotation) % queues.length];
    if (queue !== undefined) takes.push({ queue, limit });
  }
}
