import { createMemoryBackend } from '../../../../lib/backends/index.js';
import { resolveOptions } from '../../../../lib/config/index.js';
import type { JobRecord, ScheduleDefinition, TaskBackend } from '../../../../lib/contract/index.js';
import { QueueSide } from '../../../../lib/queue/index.js';
import { type ScheduleExplorer, Scheduling } from '../../../../lib/scheduling/index.js';
import { ManualClock } from '../../../../lib/testing/index.js';
import { Mortal } from './mortal.js';

export const LEASE = 3_000;

export interface FleetProcess {
  readonly mortal: Mortal;
  readonly scheduling: Scheduling;
}

export interface Firing {
  readonly schedule: string;
  readonly slot: number;
  readonly at: number;
}

/** Several processes of an app that have one store, in memory, and time that a test moves. */
export class Fleet {
  readonly clock = new ManualClock();
  readonly store: TaskBackend;
  readonly processes: FleetProcess[] = [];
  readonly warnings: string[] = [];
  readonly start = this.clock.now();

  constructor() {
    const options = { name: 'memory', type: 'memory', options: {}, clock: this.clock };
    this.store = createMemoryBackend(options);
  }

  /** Starts another process. */
  async boot(): Promise<FleetProcess> {
    const mortal = new Mortal(this.clock);
    const options = resolveOptions({ clock: mortal, scheduler: { lease: LEASE } });
    const primary = mortal.reach(this.store);
    const name = options.backends[0]?.name as string;
    const events = { wants: () => false, emit: () => undefined };
    const side = new QueueSide(options, new Map([[name, primary]]), events);
    const explorer = { explore: () => new Map() } as unknown as ScheduleExplorer;
    const logger = { warn: (message: string) => void this.warnings.push(message) };
    const discovery = { getProviders: () => [] };
    const scheduling = new Scheduling({ options, primary, side, explorer, discovery, logger });
    const process = { mortal, scheduling };
    this.processes.push(process);
    void scheduling.start();
    await this.clock.advance(0);
    return process;
  }

  async schedule(definition: ScheduleDefinition): Promise<void> {
    await this.processes[0]?.scheduling.scheduler.schedule(definition);
  }

  get living(): FleetProcess[] {
    return this.processes.filter(({ mortal }) => mortal.isAlive);
  }

  get leaders(): FleetProcess[] {
    return this.living.filter(({ scheduling }) => scheduling.scheduler.status().leading);
  }

  /** Every job that a schedule has enqueued, in the order of their enqueue. */
  async firings(): Promise<Firing[]> {
    const jobs: JobRecord[] = [];
    let cursor: string | undefined;
    do {
      const query = { queue: 'default', order: 'oldest', limit: 1_000, ...(cursor && { cursor }) } as const;
      const page = await this.store.queue.find(query);
      jobs.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return jobs.map(({ headers = {}, createdAt }) => ({
      schedule: headers['schedule'] as string,
      slot: Number(headers['schedule-slot']) - this.start,
      at: createdAt - this.start,
    }));
  }
}
