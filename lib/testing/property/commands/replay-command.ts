import assert from 'node:assert/strict';
import { reopensClearly } from '../model-dependencies.js';
import type { ModelJob } from '../model-job.js';
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
    const job = dead[this.pick % Math.max(1, dead.length)] ?? world.job(this.pick);
    if (job === undefined || (job.state === 'failed' && !this.isClear(world, job))) return;
    const delay = this.delay > 0 ? world.model.between(this.delay) : 0;
    const expected = job.state === 'failed' ? 'retried' : 'not-dead';
    const verdicts = await world.stage.queue.retryDead([job.ref, job.ref], { delay });
    assert.deepEqual(verdicts, [expected, 'not-dead'], 'verdicts of the replay');
    if (expected === 'retried') world.model.retryDead(job, delay);
  }

  /** Another job may have a unique key by now, and not all dependents know what they wait for. */
  private isClear({ model }: World, job: ModelJob): boolean {
    return job.given.unique === undefined && reopensClearly(model.jobs, job);
  }
}
