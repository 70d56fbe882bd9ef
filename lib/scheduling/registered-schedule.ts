import type { Schedule } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';

/** What it asks of the scheduler. */
export interface ScheduleSwitch {
  enable(name: string): Promise<unknown>;
  disable(name: string): Promise<unknown>;
  run(name: string): Promise<unknown>;
  get(name: string): Promise<Schedule | undefined>;
}

/** A moment as `nextDate()` of a `CronJob` gives it, as far as callers look at it. */
export interface MomentLike {
  toJSDate(): Date;
  toMillis(): number;
  toISO(): string;
  toString(): string;
}

/**
 * A schedule in the place of a `CronJob` of `@nestjs/schedule`: to be found in its registry, started and stopped there. Stopping disables it for
 * the whole fleet.
 */
export class RegisteredSchedule {
  readonly unrefTimeout = true;
  readonly waitForCompletion = false;
  private active: boolean;
  private latest: Date | undefined;
  private isDetached = false;

  constructor(
    readonly name: string,
    isEnabled: boolean,
    private readonly scheduler: ScheduleSwitch,
    private readonly nextSlot: (after: number) => number | undefined,
    private readonly now: () => number,
    private readonly warn: (message: string) => void,
  ) {
    this.active = isEnabled;
  }

  get isActive(): boolean {
    return this.active;
  }

  get running(): boolean {
    return this.active;
  }

  start(): void {
    this.turn(true, () => this.scheduler.enable(this.name));
  }

  stop(): void {
    this.turn(false, () => this.scheduler.disable(this.name));
  }

  /** Enqueues a job of it now. */
  async fireOnTick(): Promise<void> {
    await this.scheduler.run(this.name);
  }

  /** The slot that fired last, as far as this process has seen. */
  lastDate(): Date | null {
    return this.latest ?? null;
  }

  nextDate(): MomentLike | undefined {
    return this.nextDates(1)[0];
  }

  nextDates(count = 1): MomentLike[] {
    const moments: MomentLike[] = [];
    for (
      let at = this.nextSlot(this.now());
      at !== undefined && moments.length < count;
      at = this.nextSlot(at)
    ) {
      moments.push(momentLike(at));
    }
    return moments;
  }

  /** It was seen to fire, or to be switched. @internal */
  note({ slot, enabled }: { readonly slot?: Date; readonly enabled?: boolean }): void {
    this.latest = slot ?? this.latest;
    this.active = enabled ?? this.active;
  }

  /** What the registry does when the application ends is not meant for the fleet. @internal */
  detach(): void {
    this.isDetached = true;
  }

  private turn(active: boolean, change: () => Promise<unknown>): void {
    if (this.isDetached) return;
    this.active = active;
    change().catch((error: unknown) => {
      this.warn(
        `Schedule "${this.name}" could not be ${active ? 'started' : 'stopped'}: ${toErrorRecord(error).message}`,
      );
    });
  }
}

function momentLike(at: number): MomentLike {
  const date = new Date(at);
  return {
    toJSDate: () => date,
    toMillis: () => at,
    toISO: () => date.toISOString(),
    toString: () => date.toISOString(),
  };
}
