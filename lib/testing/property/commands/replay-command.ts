import assert from 'node:assert/strict';
import type { World } from '../world.js';
import { Command } from './command.js';

export class ReplayCommand extends Command {
  constructor(
    private readonly pick: number,
    private readonly delay: number,
  ) {
    super();
  }

  toString(): string {
    return `retryDead(job ${this.pick}, delay ${this.delay})`;
  }

  protected async act(world: World): Promise<void> {
    const dead = world.model.jobs.filter(
      ({ state, given }) => state === 'failed' && given.unique === undefined,
    );
    // Any job may be asked for; one with a unique key not while it is dead, since another may have the key by now.
    const job = dead[this.pick % Math.max(1, dead.length)] ?? world.job(this.pick);
    if (job === undefined || (job.state === 'failed' && job.given.unique !== undefined)) return;
    const delay = this.delay > 0 ? world.model.between(this.delay) : 0;
    const expected = job.state === 'failed' ? 'retried' : 'not-dead';
    const verdicts = await world.stage.queue.retryDead([job.ref, job.ref], { delay });
    assert.deepEqual(verdicts, [expected, 'not-dead'], 'verdicts of the replay');
    if (expected === 'retried') world.model.retryDead(job, delay);
  }
}
