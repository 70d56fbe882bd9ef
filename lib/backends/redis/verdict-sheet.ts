import type { EnqueueVerdict } from '../../contract/index.js';
import { putVerdicts } from '../batch-places.js';
import { allSettled } from './by-queue.js';

/** Jobs of one call of a script: it holds up the server for as long as it runs, and meanwhile the next are written. */
export const AT_ONCE = 250;

/** The verdicts of a call that is sent in parts, each at the place of its job. */
export class VerdictSheet {
  readonly verdicts: EnqueueVerdict[] = [];
  private readonly calls: Promise<void>[] = [];

  /** Sends the jobs at these places, in as many calls as they need, all of them now. */
  ask(places: readonly number[], send: (places: readonly number[]) => Promise<EnqueueVerdict[]>): void {
    for (let from = 0; from < places.length; from += AT_ONCE) {
      this.calls.push(this.note(places.slice(from, from + AT_ONCE), send));
    }
  }

  async complete(): Promise<EnqueueVerdict[]> {
    await allSettled(this.calls);
    return this.verdicts;
  }

  private async note(
    places: readonly number[],
    send: (places: readonly number[]) => Promise<EnqueueVerdict[]>,
  ): Promise<void> {
    putVerdicts(this.verdicts, places, await send(places));
  }
}
