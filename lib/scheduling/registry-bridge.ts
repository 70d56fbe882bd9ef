import type { DiscoveryService } from '@nestjs/core';
import type { Subscription } from 'rxjs';
import type { CronShelf } from './cron/cron-shelf.js';
import type { DeclaredSchedule } from './schedule-explorer.js';
import { RegisteredSchedule } from './registered-schedule.js';
import type { TaskScheduler } from './task-scheduler.js';
import { timingOf } from './timing.js';

/** `SchedulerRegistry` of `@nestjs/schedule`, as far as it is used: where an app does not import that, nothing of it is loaded. */
interface RegistryLike {
  addCronJob(name: string, job: unknown): void;
}

export interface BridgeParts {
  readonly discovery: Pick<DiscoveryService, 'getProviders'>;
  readonly scheduler: TaskScheduler;
  readonly shelf: CronShelf;
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

/** Lets the schedules of the code be found in the registry of `@nestjs/schedule`, by their names. */
export class RegistryBridge {
  private readonly entries = new Map<string, RegisteredSchedule>();
  private subscription: Subscription | undefined;

  constructor(private readonly parts: BridgeParts) {}

  register(declared: ReadonlyMap<string, DeclaredSchedule>): void {
    const registry = providerNamed(this.parts.discovery, 'SchedulerRegistry') as RegistryLike | undefined;
    if (typeof registry?.addCronJob !== 'function' || declared.size === 0) return;
    const { scheduler, shelf, now, warn } = this.parts;
    for (const { name, plan } of declared.values()) {
      const next = (after: number) => timingOf(plan, shelf).after(after);
      const entry = new RegisteredSchedule(name, plan.enabled, scheduler, next, now, warn);
      try {
        registry.addCronJob(name, entry);
        this.entries.set(name, entry);
      } catch (error) {
        warn(
          `Schedule "${name}" is not in the registry of @nestjs/schedule: ${String((error as Error).message)}`,
        );
      }
    }
    this.subscription = scheduler.events.subscribe((event) => {
      if (event.type === 'fired') this.entries.get(event.schedule)?.note({ slot: event.slot });
      if (event.type !== 'changed' || (event.change !== 'enabled' && event.change !== 'disabled')) return;
      this.entries.get(event.schedule)?.note({ enabled: event.change === 'enabled' });
    });
  }

  /** The registry stops its jobs when the application ends; the fleet goes on. */
  detach(): void {
    this.subscription?.unsubscribe();
    for (const entry of this.entries.values()) entry.detach();
  }
}

/** A provider of a library that is not loaded here, by the name of its class. */
export function providerNamed(discovery: Pick<DiscoveryService, 'getProviders'>, name: string): unknown {
  return discovery
    .getProviders()
    .find(({ metatype }) => typeof metatype === 'function' && metatype.name === name)?.instance as unknown;
}
