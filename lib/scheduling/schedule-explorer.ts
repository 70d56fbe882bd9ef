import type { ScheduleDefinition, SchedulePlan } from '../contract/index.js';
import type { ScheduleMetadata, TaskMetadata, TaskMetadataAccessor } from '../decorators/index.js';
import { DuplicateScheduleError } from '../errors/index.js';
import { locating, type ProviderSites } from '../handlers/index.js';
import { type ReadRules, readSchedule } from './read-schedule.js';

/** A schedule that the code declares. */
export interface DeclaredSchedule {
  readonly name: string;
  /** Class and method. */
  readonly where: string;
  readonly plan: SchedulePlan;
}

interface Found {
  readonly schedules: readonly ScheduleMetadata[];
  readonly task: TaskMetadata;
}

/** Finds the `@Scheduled` methods of the app's providers and controllers. */
export class ScheduleExplorer {
  constructor(
    private readonly sites: ProviderSites,
    private readonly accessor: TaskMetadataAccessor,
  ) {}

  /**
   * To be called when the tasks are registered: what is wrong with the methods themselves is told there.
   * @throws DuplicateScheduleError; InvalidScheduleError and others of `readSchedule`, naming class and method
   */
  explore(rules: ReadRules): Map<string, DeclaredSchedule> {
    const declared = new Map<string, DeclaredSchedule>();
    const found = this.sites.find(
      (prototype, name) => this.read(prototype, name),
      (prototype) => this.accessor.hasAny(prototype, ['schedule']),
    );
    for (const { site, method, metadata } of found) {
      const where = `${site.type.name}.${method}`;
      for (const { timing, options } of metadata.schedules) {
        const task = taskName(metadata.task, method);
        const name = options.name ?? task;
        const definition = { ...options, ...timing, name, task } as ScheduleDefinition;
        const plan = locating(where, () => readSchedule(definition, rules));
        const known = declared.get(name);
        if (known !== undefined) throw new DuplicateScheduleError(name, known.where, where);
        declared.set(name, { name, where, plan });
      }
    }
    return declared;
  }

  private read(prototype: object, method: string): Found | undefined {
    const schedules = this.accessor.findSchedules(prototype, method);
    if (schedules.length === 0) return undefined;
    const task = this.accessor.findTask(prototype, method);
    return task && { schedules, task };
  }
}

function taskName({ options }: TaskMetadata, method: string): string {
  return (typeof options === 'string' ? options : options?.name) ?? method;
}
