import assert from 'node:assert/strict';
import type { World } from '../world.js';
import { Command } from './command.js';

export class ExtendCommand extends Command {
  constructor(
    private readonly runs: readonly number[],
    private readonly lease: number,
  ) {
    super();
  }

  toString(): string {
    return `extend(runs ${this.runs.join(', ')}, lease ${this.lease})`;
  }

  protected async act(world: World): Promise<void> {
    const runs = [...new Set(this.runs.map((pick) => world.run(pick)))].filter((run) => run !== undefined);
    const lease = world.model.between(this.lease);
    const { lost, cancelled } = await world.stage.queue.extend(
      runs.map(({ receipt }) => receipt),
      lease,
    );
    const held = runs.filter(({ status }) => status === 'held');
    const requested = held.filter(({ job }) => job.cancelReason !== undefined);
    assert.deepEqual(
      new Set(lost),
      new Set(runs.filter((run) => !held.includes(run)).map(({ receipt }) => receipt)),
    );
    assert.deepEqual(new Set(cancelled), new Set(requested.map(({ receipt }) => receipt)));
    for (const { job } of held) job.leaseUntil = world.model.now + lease;
  }
}
