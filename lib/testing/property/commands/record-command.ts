import assert from 'node:assert/strict';
import type { World } from '../world.js';
import { Command } from './command.js';

export class RecordCommand extends Command {
  constructor(private readonly pick: number) {
    super();
  }

  toString(): string {
    return `record(run ${this.pick})`;
  }

  protected async act(world: World): Promise<void> {
    const run = world.run(this.pick);
    if (run === undefined) return;
    const { queue } = world.stage;
    const progress = { current: world.model.runs.indexOf(run), total: 0 };
    const [before] = await queue.get([run.job.ref]);
    const checkpoint = this.pick % 2 === 0 ? `"noted by run ${this.pick}"` : undefined;
    const [verdict] = await queue.record([{ receipt: run.receipt, progress, checkpoint }]);
    const [after] = await queue.get([run.job.ref]);
    assert.equal(verdict === 'applied', run.status === 'held', `${verdict} for a run that is ${run.status}`);
    if (run.status === 'held') {
      run.job.checkpoint = checkpoint ?? run.job.checkpoint;
      assert.deepEqual({ ...after?.progress }, progress);
    } else assert.deepEqual(after, before, 'a word that comes too late changes nothing');
  }
}
