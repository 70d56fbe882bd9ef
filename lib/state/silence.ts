import type { Clock, Ms } from '../contract/index.js';

/** So long after an end that reached nobody, further ends of its queue are not told. */
const SILENCE: Ms = 50;
/** Who begins to listen looks once more after it: what has ended while the others were still silent. */
export const LOOK_AFTER_SILENCE: Ms = 2 * SILENCE;

/**
 * On which queues nobody listens for ends at the moment. Most of the time that is every queue, and to tell of each end took a twentieth of a
 * busy process.
 *
 * No end is missed by it. What is not told has ended before `SILENCE` was over, counted from a moment at which nobody listened; whoever began to
 * listen after that moment looks when more than that is over. A process that is held up in between tells less, never later.
 */
export class Silence {
  private readonly since = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Whether nobody needs to be told of an end that lies behind. */
  isOn(queue: string): boolean {
    const since = this.since.get(queue);
    return since !== undefined && this.clock.now() - since < SILENCE;
  }

  /** What was told then has reached nobody. */
  begin(queue: string, toldAt: number): void {
    this.since.set(queue, toldAt);
  }
}
