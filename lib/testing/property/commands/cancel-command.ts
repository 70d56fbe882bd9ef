import assert from 'node:assert/strict';
import type { CancelVerdict } from '../../../contract/index.js';
import { isDependencyFailure } from '../model-dependencies.js';
import type { ModelJob } from '../model-job.js';
import type { World } from '../world.js';
import { Command } from './command.js';

export class CancelCommand extends Command {
  constructor(
    private readonly pick: number,
    private readonly reason: string,
  ) {
    super();
  }

  toString(): string {
    return `cancel(job ${this.pick})`;
  }

  protected async act(world: World): Promise<void> {
    const job = world.job(this.pick);
    // Whether a person's cancel outlasts the one that a dependency caused is not said.
    if (job === undefined || isDependencyFailure(job) || !world.knowsPlace(job)) return;
    const expected = verdictFor(job);
    assert.deepEqual(
      await world.stage.queue.cancel([job.ref], this.reason),
      [expected],
      'verdict of the cancel',
    );
    if (expected !== 'finished') world.model.cancel(job, this.reason);
  }
}

function verdictFor({ state }: ModelJob): CancelVerdict {
  if (state === 'completed' || state === 'failed') return 'finished';
  return state === 'running' ? 'requested' : 'cancelled';
}
