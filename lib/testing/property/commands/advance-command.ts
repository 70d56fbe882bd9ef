import type { World } from '../world.js';
import { Command } from './command.js';

export class AdvanceCommand extends Command {
  constructor(private readonly units: number) {
    super();
  }

  toString(): string {
    return `advance(${this.units})`;
  }

  protected act(world: World): Promise<void> {
    return world.advance(this.units);
  }
}
