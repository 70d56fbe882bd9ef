import assert from 'node:assert/strict';
import { JOB_STATES, type JobState } from '../../../contract/index.js';
import { dependentsOf } from '../model-dependencies.js';
import type { ModelJob } from '../model-job.js';
import type { World } from '../world.js';
import { Command } from './command.js';

export class RemoveCommand extends Command {
  constructor(private readonly picks: readonly number[]) {
    super();
  }

  toString(): string {
    return `remove(jobs ${this.picks.join(', ')})`;
  }

  protected async act(world: World): Promise<void> {
    const jobs = this.picks
      .map((pick) => world.job(pick))
      .filter((job) => job !== undefined && world.knowsPlace(job)) as ModelJob[];
    const gone = new Set(jobs.filter((job) => job.state !== 'running'));
    const removed = await world.stage.queue.remove(jobs.map(({ ref }) => ref));
    assert.equal(removed, gone.size, 'jobs removed');
    for (const job of gone) world.model.remove(job);
  }
}

export class ClearCommand extends Command {
  constructor(
    private readonly lane: number,
    private readonly states: readonly JobState[],
  ) {
    super();
  }

  toString(): string {
    return `clear(lane ${this.lane}, ${this.states.join(', ')})`;
  }

  protected async act(world: World): Promise<void> {
    const lane = world.lane(this.lane);
    const states = JOB_STATES.filter((state) => state !== 'running' && this.states.includes(state));
    const gone = lane.in(...states);
    // Which of them goes first decides what becomes of those that depend on it, and is not said.
    const links = gone.flatMap((job) => dependentsOf(world.model.jobs, job));
    if (links.some(({ link }) => link.status === 'open')) return;
    if (!gone.every((job) => world.knowsPlace(job))) return;
    // Nor whether a parked job is let in, for a token, before it goes as well.
    if (lane.limits.isRated && gone.some(({ state, admitted }) => state === 'pending' && !admitted)) return;
    assert.equal(await world.stage.queue.clear(lane.name, this.states), gone.length, 'jobs cleared');
    for (const job of gone) world.model.remove(job);
  }
}
