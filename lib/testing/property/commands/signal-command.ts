import type { SignalValue } from '../../../contract/index.js';
import type { World } from '../world.js';
import { Command } from './command.js';

/** Names of signals: one of them hostile, and one that nobody waits for. */
export const SIGNALS = ['approved', '__proto__', 'nobody waits for this'] as const;

/** What jobs wait for, one thing more often: so that some wait for it again. */
export const AWAITED = ['approved', 'approved', 'approved', '__proto__'] as const;

export class SignalCommand extends Command {
  constructor(
    private readonly pick: number,
    private readonly name: (typeof SIGNALS)[number],
    private readonly value: SignalValue,
  ) {
    super();
  }

  toString(): string {
    return `signal(${this.isAstray ? 'nobody' : `job ${this.pick}`}, ${this.name}, ${JSON.stringify(this.value)})`;
  }

  protected async act(world: World): Promise<void> {
    const job = this.isAstray ? undefined : world.signalled(this.pick);
    const ref = job?.ref ?? world.newJob(world.lane(this.pick), {});
    await world.stage.queue.signal({ queue: ref.queue, id: ref.id }, this.name, this.value);
    if (job !== undefined) world.model.signal(job, this.name, this.value);
  }

  /** To a job that is not there. */
  private get isAstray(): boolean {
    return this.pick % 10 === 9;
  }
}
