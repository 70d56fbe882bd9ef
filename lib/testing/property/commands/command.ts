import type { AsyncCommand } from 'fast-check';
import type { World } from '../world.js';

/** fast-check keeps a model beside the real thing; ours holds both in one world. */
export type Unused = object;

/** One call on the backend, and on the model. */
export abstract class Command implements AsyncCommand<Unused, World> {
  check(): boolean {
    return true;
  }

  async run(_model: Unused, world: World): Promise<void> {
    if (world.isLate) return;
    await this.act(world);
    await world.compare();
  }

  /** How it reads in a counterexample. */
  abstract toString(): string;

  protected abstract act(world: World): Promise<void>;
}
