import type { DiscoveryService } from '@nestjs/core';
import type { ScheduledOptions, ScheduleTiming } from '../contract/index.js';
import { type MethodKind, type ScheduleMetadata, TaskMetadataAccessor } from '../decorators/index.js';
import { InvalidScheduleError } from '../errors/index.js';
import { providerNamed } from './registry-bridge.js';

/** What `@Cron()` of `@nestjs/schedule` 12 leaves on a method (its `schedule.constants.ts`). */
const TYPE_KEY = 'SCHEDULER_TYPE';
const OPTIONS_KEY = 'SCHEDULE_CRON_OPTIONS';
const CRON_TYPE = 1;

interface CronOptions {
  readonly cronTime: string | Date | { toJSDate(): Date };
  readonly name?: string;
  readonly timeZone?: string;
  readonly utcOffset?: number | string;
  readonly waitForCompletion?: boolean;
  readonly disabled?: boolean;
}

/** Reads `@Cron()` methods as if they were scheduled. */
export class AdoptingAccessor extends TaskMetadataAccessor {
  override hasAny(prototype: object, kinds: readonly MethodKind[]): boolean {
    return kinds.includes('schedule') || super.hasAny(prototype, kinds);
  }

  override findSchedules(prototype: object, name: string): readonly ScheduleMetadata[] {
    const own = super.findSchedules(prototype, name);
    if (own.length > 0) return own;
    const options = cronOf(prototype, name);
    return options === undefined ? [] : [scheduleOf(options, `${prototype.constructor.name}.${name}`)];
  }
}

/**
 * Keeps `@nestjs/schedule` from firing `@Cron()` methods in this process. To be called before it looks for them, which it does when modules are
 * initialised.
 */
export function silenceCron(discovery: Pick<DiscoveryService, 'getProviders'>): void {
  const orchestrator = providerNamed(discovery, 'SchedulerOrchestrator') as { addCron?: unknown } | undefined;
  if (orchestrator !== undefined) orchestrator.addCron = () => undefined;
}

function cronOf(prototype: object, name: string): CronOptions | undefined {
  const method = (Reflect.get(prototype, name) ?? {}) as object;
  if (typeof method !== 'function' || Reflect.getMetadata(TYPE_KEY, method) !== CRON_TYPE) return undefined;
  return Reflect.getMetadata(OPTIONS_KEY, method) as CronOptions | undefined;
}

function scheduleOf(
  { cronTime, name, timeZone, utcOffset, waitForCompletion, disabled }: CronOptions,
  where: string,
): ScheduleMetadata {
  const options: ScheduledOptions = {
    name: name ?? where,
    timezone: timeZone ?? zoneOf(utcOffset, where),
    ...(waitForCompletion === true ? { overlap: 'skip' } : {}),
    ...(disabled === true ? { enabled: false } : {}),
  };
  return { timing: timingOf(cronTime), options };
}

function timingOf(cronTime: CronOptions['cronTime']): ScheduleTiming {
  if (typeof cronTime === 'string') return { cron: cronTime };
  return { at: cronTime instanceof Date ? cronTime : cronTime.toJSDate() };
}

/** Whole hours have zones without clocks that are moved, whose names count the other way. */
function zoneOf(offset: number | string | undefined, where: string): string | undefined {
  if (offset === undefined) return undefined;
  // A number below 16 is hours there, any other minutes.
  const hours = typeof offset === 'number' ? (Math.abs(offset) < 16 ? offset : offset / 60) : Number.NaN;
  if (Number.isInteger(hours)) return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
  throw new InvalidScheduleError(
    `${where}: a utcOffset of ${JSON.stringify(offset)} cannot be adopted. Give its @Cron() a timeZone instead.`,
  );
}
