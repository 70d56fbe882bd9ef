import assert from 'node:assert/strict';
import type { Ms, NewJob } from '../../contract/index.js';
import type { Stage } from '../contract/stage.js';
import { compare } from './compare.js';
import { Model } from './model.js';
import { ModelLane } from './model-lane.js';
import type { ModelJob, ModelRun } from './model-job.js';

/** The real backend beside the model of it: commands call one, ask the other, and both must agree. */
export class World {
  readonly model: Model;
  private readonly began: Ms;

  constructor(readonly stage: Stage) {
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
    return pickOf(this.model.lanes, pick) as ModelLane;
  }

  job(pick: number): ModelJob | undefined {
    return pickOf(
      this.model.jobs.filter(({ state }) => state !== 'removed'),
      pick,
    );
  }

  /** Every third word is about any run that ever was, the others about one that is held. */
  run(pick: number): ModelRun | undefined {
    const held = this.model.runs.filter(({ status }) => status === 'held');
    return pickOf(pick % 3 === 0 || held.length === 0 ? this.model.runs : held, pick);
  }

  newJob(lane: ModelLane, words: Partial<NewJob>): NewJob {
    return this.stage.laneOf(lane.name).job(words);
  }

  /** One step of time at a time, and a sweep after each: no two moments fall into one. */
  async advance(units: number): Promise<void> {
    for (let step = 0; step < units; step++) {
      await this.stage.pass(this.model.unit);
      await this.stage.queue.recover();
      this.model.tick();
      await this.compare();
    }
  }

  compare(): Promise<void> {
    return compare(this);
  }
}

/** The lanes of one run: one with the strictest order, one with limits, one with keys. */
function declareLanes(stage: Stage, unit: Ms): ModelLane[] {
  const { features } = stage.capabilities;
  const limited = {
    ...(features.queueConcurrency && { concurrency: 2 }),
    ...(features.queueRateLimit && { rateLimit: { limit: 3, per: 3 * unit } }),
  };
  const definitions = [
    { maxSize: 5 },
    limited,
    ...(features.keyLimits ? [{ perKey: { concurrency: 2 } }] : []),
  ];
  return definitions.map((definition) => {
    const { name } = stage.lane(definition, 'model');
    return new ModelLane(name, definition);
  });
}

function pickOf<T>(items: readonly T[], pick: number): T | undefined {
  assert.ok(pick >= 0);
  return items.length === 0 ? undefined : items[pick % items.length];
}
