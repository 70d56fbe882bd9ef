import { onTestFinished } from 'vitest';
import { createMemoryBackend } from '../../../lib/backends/index.js';
import { resolveOptions, resolveTaskOptions } from '../../../lib/config/index.js';
import type {
  Capabilities,
  ClaimedJob,
  Outcome,
  TaskBackend,
  TaskEvent,
  TaskEventType,
  TaskOptions,
  TasksModuleOptions,
} from '../../../lib/contract/index.js';
import { QueueSide, type TaskQueue } from '../../../lib/queue/index.js';
import { ManualClock } from '../../../lib/testing/index.js';

export interface StageOptions extends TasksModuleOptions {
  /** What the memory backend is to say of itself. */
  readonly capabilities?:
    | (Partial<Omit<Capabilities, 'features'>> & { readonly features?: Partial<Capabilities['features']> })
    | undefined;
  /** Backends of another stage: this one is then another process of the same app. */
  readonly sharing?: QueueStage;
  /** Types that nobody listens to. Default: somebody listens to all. */
  readonly deaf?: readonly TaskEventType[];
}

/** The queue side of an app on memory backends, with a clock that stands still and a list of its events. */
export class QueueStage {
  readonly events: TaskEvent[] = [];

  private constructor(
    readonly side: QueueSide,
    readonly clock: ManualClock,
    readonly backends: ReadonlyMap<string, TaskBackend>,
  ) {}

  static async open({
    capabilities,
    sharing,
    deaf = [],
    ...options
  }: StageOptions = {}): Promise<QueueStage> {
    const clock = sharing?.clock ?? new ManualClock();
    const resolved = resolveOptions({ clock, ...options });
    const backends =
      sharing?.backends ??
      new Map(
        resolved.backends.map(({ name, options: own }) => [
          name,
          createMemoryBackend({ name, type: 'memory', options: own, clock }),
        ]),
      );
    if (capabilities !== undefined) {
      for (const { queue } of backends.values()) {
        const features = { ...queue.capabilities.features, ...capabilities.features };
        Object.defineProperty(queue, 'capabilities', {
          value: { ...queue.capabilities, ...capabilities, features },
        });
      }
    }
    const side = new QueueSide(resolved, backends, {
      wants: (type) => !deaf.includes(type),
      emit: (event) => void stage.events.push(event),
    });
    const stage: QueueStage = new QueueStage(side, clock, backends);
    if (sharing === undefined) await stage.openBackends();
    return stage;
  }

  /** `default` of the primary backend. */
  get queue(): TaskQueue {
    return this.side.queues.get();
  }

  /** The backend of `default`. */
  get backend(): TaskBackend {
    return this.backends.get(this.queue.backendName) as TaskBackend;
  }

  /** Defines a task as the explorer would. */
  define(options: TaskOptions & { readonly name: string }): void {
    const task = resolveTaskOptions(options, 'run', resolveOptions());
    this.side.catalogue.define({ ...task, classes: [] });
  }

  /** Takes the next job of a queue as a worker would. */
  async claim(queue = 'default'): Promise<ClaimedJob> {
    const take = [{ queue, limit: 1 }];
    const { jobs } = await this.side.queues.get(queue).backend.claim({ worker: 'w', lease: 30_000, take });
    const [job] = jobs;
    if (job === undefined) throw new Error(`Nothing can run on ${queue}.`);
    return job;
  }

  /** Settles a job as a worker would, and tells whoever waits. */
  async settle(job: ClaimedJob, outcome: Outcome): Promise<void> {
    const { backend } = this.side.queues.get(job.queue);
    await backend.claim({
      worker: 'w',
      lease: 30_000,
      take: [],
      settle: [{ receipt: job.receipt, outcome }],
    });
    if (this.side.finished.hasWaiters) this.side.finished.announce(job);
  }

  /** Takes the next job and settles it. */
  async run(outcome: Outcome, queue?: string): Promise<ClaimedJob> {
    const job = await this.claim(queue);
    await this.settle(job, outcome);
    return job;
  }

  /** Makes a dead letter of the next job. */
  fail(message = 'boom', queue?: string): Promise<ClaimedJob> {
    return this.run({ kind: 'failed', error: { name: 'Error', message } }, queue);
  }

  private async openBackends(): Promise<void> {
    for (const { queue, state } of this.backends.values()) {
      await queue.open();
      await state.open();
      onTestFinished(async () => {
        await queue.close();
        await state.close();
      });
    }
  }
}
