import { createHash } from 'node:crypto';
import type { JobRef, ScheduleEvent } from '../contract/index.js';
import { isFinished } from '../contract/index.js';
import type { CodecSet } from '../codecs/index.js';
import { DEFAULT_QUEUE } from '../config/index.js';
import {
  firingHeaders,
  type FiringOutcome,
  type FiringRequest,
  type QueueRegistry,
  type TaskCatalogue,
} from '../queue/index.js';
import type { FleetClock } from './fleet-clock.js';
import { isPassing } from './passing-trouble.js';
import type { ScheduleEntry } from './schedule-entry.js';
import { inLevels } from './schedule-graph.js';
import { readPayload } from './stored-payload.js';
import { slotTtl } from './timing.js';

/** Firings that travel in one call. */
const BATCH = 1_000;
/** Waits before a refused firing is tried again, in milliseconds. */
const AGAIN = { first: 1_000, most: 60_000 };

export interface SlotFiringParts {
  readonly group: string;
  readonly queues: QueueRegistry;
  readonly catalogue: TaskCatalogue;
  readonly codecs: CodecSet;
  readonly clock: FleetClock;
  readonly emit: (event: ScheduleEvent) => void;
  readonly warn: (message: string) => void;
  /** A schedule in hand, by its name. */
  readonly entry: (name: string) => ScheduleEntry | undefined;
}

/** Fires one slot of many schedules: those that others wait for come first. */
export class SlotFiring {
  constructor(private readonly parts: SlotFiringParts) {}

  /** Never rejects: each entry has its slot dealt with, or is postponed. */
  async fire(slot: number, entries: readonly ScheduleEntry[]): Promise<void> {
    for (const level of inLevels(entries)) {
      const firing = await this.admitted(slot, level);
      for (const [queue, some] of this.byQueue(firing)) {
        for (let at = 0; at < some.length; at += BATCH)
          await this.send(queue, slot, some.slice(at, at + BATCH));
      }
    }
  }

  queueOf({ plan }: Pick<ScheduleEntry, 'plan'>): string {
    return plan.queue ?? this.parts.catalogue.get(plan.task)?.queue ?? DEFAULT_QUEUE;
  }

  /** Those whose overlap lets them fire. What cannot be asked now is asked again later. */
  private async admitted(slot: number, entries: readonly ScheduleEntry[]): Promise<ScheduleEntry[]> {
    const asking = entries.filter(({ plan, run }) => plan.overlap !== 'allow' && run !== undefined);
    if (asking.length === 0) return [...entries];
    const held = new Set<ScheduleEntry>();
    await Promise.all(
      asking.map(async (entry) => {
        try {
          if (await this.isHeld(slot, entry)) held.add(entry);
        } catch (error) {
          held.add(entry);
          this.refused(slot, entry, error);
        }
      }),
    );
    return entries.filter((entry) => !held.has(entry));
  }

  private async isHeld(slot: number, entry: ScheduleEntry): Promise<boolean> {
    const run = entry.run as JobRef;
    const { queue } = this.parts.queues.storeOf(run.queue);
    const [job] = await queue.get([{ queue: run.queue, id: run.id }]);
    if (job === undefined || isFinished(job.state) || entry.run?.slot === slot) return false;
    if (entry.plan.overlap === 'replace') {
      await this.parts.queues
        .get(run.queue)
        .cancel(run.id, `replaced by the firing of ${new Date(slot).toISOString()}`);
      return false;
    }
    entry.finish(slot);
    this.parts.emit({ type: 'skipped', schedule: entry.name, slot: new Date(slot), reason: 'overlap' });
    return true;
  }

  private byQueue(entries: readonly ScheduleEntry[]): Map<string, ScheduleEntry[]> {
    const lanes = new Map<string, ScheduleEntry[]>();
    for (const entry of entries) {
      const queue = this.queueOf(entry);
      const lane = lanes.get(queue);
      if (lane === undefined) lanes.set(queue, [entry]);
      else lane.push(entry);
    }
    return lanes;
  }

  private async send(queue: string, slot: number, entries: readonly ScheduleEntry[]): Promise<void> {
    const { queues, clock } = this.parts;
    const now = clock.now();
    const lateness = Math.max(0, now - slot);
    let outcomes: readonly FiringOutcome[];
    try {
      const requests = entries.map((entry) => this.request(slot, lateness, entry));
      outcomes = await queues.get(queue).fire(requests, now);
    } catch (error) {
      outcomes = entries.map(() => ({ error }));
    }
    entries.forEach((entry, place) => {
      const outcome = outcomes[place];
      if (outcome !== undefined && 'job' in outcome) this.accepted(slot, lateness, entry, outcome);
      else this.refused(slot, entry, outcome?.error);
    });
  }

  private request(slot: number, lateness: number, { name, plan, timing }: ScheduleEntry): FiringRequest {
    const { group, codecs } = this.parts;
    return {
      task: plan.task,
      payload: readPayload(plan.payload, codecs, name),
      options: { priority: plan.priority, maxRetries: plan.maxRetries, timeout: plan.timeout },
      key: `schedule:${group}:${name}:${slot}`,
      keyTtl: slotTtl(timing, slot),
      headers: firingHeaders(name, slot, lateness, plan.cron),
      dueAt: plan.jitter === 0 ? undefined : slot + spread(name, slot, plan.jitter),
      parents: plan.dependsOn.flatMap((parent) => this.lastJobOf(parent, slot)),
    };
  }

  private lastJobOf(parent: string, slot: number): JobRef[] {
    const run = this.parts.entry(parent)?.run;
    return run === undefined || run.slot > slot ? [] : [{ queue: run.queue, id: run.id }];
  }

  private accepted(
    slot: number,
    lateness: number,
    entry: ScheduleEntry,
    { job, isNew }: Extract<FiringOutcome, { job: JobRef }>,
  ): void {
    entry.run = { ...job, slot, lateness };
    entry.finish(slot);
    // One that was there was enqueued, and told of, by the leader before.
    if (isNew) this.parts.emit({ type: 'fired', schedule: entry.name, slot: new Date(slot), job, lateness });
  }

  private refused(slot: number, entry: ScheduleEntry, error: unknown): void {
    const { clock, emit, warn } = this.parts;
    const willRetry = isPassing(error);
    const reason = error instanceof Error ? error.message : String(error);
    if (entry.refusals === 0) {
      const after = willRetry ? 'it is tried again' : 'it is left out';
      warn(
        `Schedule "${entry.name}": the firing of ${new Date(slot).toISOString()} was refused, ${after}: ${reason}`,
      );
    }
    if (willRetry) entry.postpone(clock.now() + Math.min(AGAIN.most, AGAIN.first * 2 ** entry.refusals));
    else entry.finish(slot);
    emit({ type: 'error', schedule: entry.name, slot: new Date(slot), error, willRetry });
  }
}

/** A part of the jitter that is the same in every process, and another for each schedule and slot. */
function spread(name: string, slot: number, jitter: number): number {
  const digest = createHash('sha1').update(`${name}:${slot}`).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * jitter);
}
