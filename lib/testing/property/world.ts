import assert from 'node:assert/strict';
import type { EndedJob, KeyLimits, Ms, NewJob, QueueDefinition } from '../../contract/index.js';
import type { Stage } from '../contract/stage.js';
import { compare } from './compare.js';
import { Model } from './model.js';
import { ModelLane } from './model-lane.js';
import type { ModelJob, ModelRun } from './model-job.js';

/** Keys of jobs, one of them hostile. */
export const KEYS = ['a', 'b', '__proto__'] as const;

/** What the queues of a run differ in. */
export const LANES = ['sized', 'limited', 'key limits', 'fair'] as const;

export type LaneName = (typeof LANES)[number];

/** The real backend beside the model of it: commands call one, ask the other, and both must agree. */
export class World {
  readonly model: Model;
  private readonly began: Ms;

  constructor(
    readonly stage: Stage,
    /** The lanes that are played on. */
    private readonly inPlay: readonly LaneName[],
  ) {
    // Half a step must last longer than the shortest lease, and than what a slow server takes for a whole run.
    const unit = Math.max(2 * stage.capabilities.minLease, stage.timeStands ? 1_000 : 600);
    this.model = new Model(declareLanes(stage, unit), unit);
    this.began = stage.elapsed();
  }

  /** Whether real time has run so far ahead of the model's that its moments mean nothing any more. */
  get isLate(): boolean {
    return this.stage.elapsed() - this.began - this.model.now > this.model.unit * 0.4;
  }

  lane(pick: number): ModelLane {
    return this.model.lanes[LANES.indexOf(pickOf(this.inPlay, pick) as LaneName)] as ModelLane;
  }

  job(pick: number): ModelJob | undefined {
    return pickOf(
      this.model.jobs.filter(({ state }) => state !== 'removed'),
      pick,
    );
  }

  /** Every third word is about any run that ever was, or one that was lost; the others are about one that is held. */
  run(pick: number): ModelRun | undefined {
    const { runs } = this.model;
    const wanted = runs.filter(({ status }) => status === (pick % 3 === 0 ? 'lost' : 'held'));
    return pickOf(pick % 6 === 0 || wanted.length === 0 ? runs : wanted, pick);
  }

  /** Every other one for a job that a signal can do something to at once. */
  signalled(pick: number): ModelJob | undefined {
    const near = this.model.jobs.filter(({ awaits, state }) => awaits !== undefined || state === 'running');
    return pick % 2 === 0 && near.length > 0 ? pickOf(near, pick >> 1) : this.job(pick >> 1);
  }

  /** Whether the model knows if it is parked: a look at a paused queue does not tell, and its leaving may cost a token. */
  knowsPlace({ lane, state }: ModelJob): boolean {
    return !(lane.paused && lane.limits.isRated && state === 'pending');
  }

  newJob(lane: ModelLane, words: Partial<NewJob>): NewJob {
    return this.stage.laneOf(lane.name).job(words);
  }

  /** One step of time at a time, and a sweep after each: no two moments fall into one. */
  async advance(units: number): Promise<void> {
    for (let step = 0; step < units; step++) {
      await this.stage.pass(this.model.unit);
      const { ended = [] } = await this.stage.queue.recover();
      this.model.tick();
      this.hear(ended);
      this.model.endings.assertTold();
      await this.compare();
    }
  }

  /** Takes what a claim or a sweep has told of ends inside the store. */
  hear(ended: readonly EndedJob[]): void {
    this.model.endings.hear(ended, this.model.jobs);
  }

  compare(): Promise<void> {
    return compare(this);
  }
}

/** The lanes of one run, in the order of {@link LANES}. */
function declareLanes(stage: Stage, unit: Ms): ModelLane[] {
  const { features } = stage.capabilities;
  const limited = {
    ...(features.queueConcurrency && { concurrency: 2 }),
    ...(features.queueRateLimit && { rateLimit: { limit: 3, per: 3 * unit } }),
  };
  const declare = (definition: Omit<QueueDefinition, 'name'>, isKeyed: boolean) => {
    const { name } = stage.lane(definition, 'model');
    return new ModelLane(name, definition, isKeyed, features.fairness);
  };
  return [
    declare({ maxSize: 5 }, false),
    declare(limited, false),
    declare(features.keyLimits ? { perKey: keyLimits(unit) } : {}, true),
    declare({}, true),
  ];
}

/** Slots for one key, a rate for another, both for the third. Every moment that a limiter names is a step of time. */
function keyLimits(unit: Ms): NonNullable<QueueDefinition['perKey']> {
  const [, second, third] = KEYS;
  return {
    concurrency: 2,
    overrides: Object.fromEntries<KeyLimits>([
      [second, { rateLimit: { limit: 2, per: 4 * unit } }],
      [third, { concurrency: 2, rateLimit: { limit: 1, per: 3 * unit, burst: 2 } }],
    ]),
  };
}

function pickOf<T>(items: readonly T[], pick: number): T | undefined {
  assert.ok(pick >= 0);
  return items.length === 0 ? undefined : items[pick % items.length];
}
