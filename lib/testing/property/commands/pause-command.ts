import type { World } from '../world.js';
import { Command } from './command.js';

export class PauseCommand extends Command {
  constructor(
    private readonly lane: number,
    private readonly paused: boolean,
  ) {
    super();
  }

  toString(): string {
    return `${this.paused ? 'pause' : 'resume'}(lane ${this.lane})`;
  }

  protected async act(world: World): Promise<void> {
    const lane = world.lane(this.lane);
    await world.stage.queue[this.paused ? 'pause' : 'resume'](lane.name);
    lane.paused = this.paused;
  }
}
