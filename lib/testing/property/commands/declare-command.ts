import type { World } from '../world.js';
import { Command } from './command.js';

/** Another process declares a queue again: by the same words, which change nothing, or by others, which hold from the next call on. */
export class DeclareCommand extends Command {
  constructor(
    private readonly lane: number,
    /** How large its size or its concurrency is then, where it has one. */
    private readonly size: number,
  ) {
    super();
  }

  toString(): string {
    return `declare(lane ${this.lane}, size ${this.size})`;
  }

  protected async act(world: World): Promise<void> {
    const lane = world.lane(this.lane);
    const { maxSize, concurrency } = lane.definition;
    lane.definition = {
      ...lane.definition,
      ...(maxSize !== undefined && { maxSize: 2 * this.size }),
      ...(concurrency !== undefined && { concurrency: this.size }),
    };
    world.stage.queue.declare([{ name: lane.name, ...lane.definition }]);
  }
}
