import { Injectable } from '@nestjs/common';
import { firingOf, Scheduled, type TaskContext } from 'nestjs-tasks';

/** Who ran which slot. */
export interface Tick {
  readonly slot: string;
  readonly isLate: boolean;
  readonly pid: number;
}

@Injectable()
export class Ticks {
  /** Every process declares it, and each second gives one job. */
  @Scheduled('* * * * * *', { name: 'tick', timezone: 'UTC', catchUp: 'last' })
  tick(_payload: undefined, ctx: TaskContext): Tick {
    const firing = firingOf(ctx);
    return { slot: firing?.slot.toISOString() ?? '', isLate: firing?.isLate ?? false, pid: process.pid };
  }
}
