import type { Clock, StateBackend } from '../contract/index.js';

/**
 * The store's time, counted on by this process's clock from the latest reading. All processes of a fleet agree on it, whatever their own
 * clocks say; it is behind the store's by no more than the reading took, and never ahead of it.
 */
export class FleetClock {
  private ahead = 0;

  constructor(
    private readonly clock: Clock,
    private readonly state: StateBackend,
  ) {}

  now(): number {
    return this.clock.now() + this.ahead;
  }

  /** Reads the store's clock. */
  async sync(): Promise<void> {
    const time = await this.state.time();
    this.ahead = time - this.clock.now();
  }
}
