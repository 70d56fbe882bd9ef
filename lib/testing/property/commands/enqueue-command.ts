import assert from 'node:assert/strict';
import type { EnqueueVerdict, Idempotency, NewJob, Uniqueness } from '../../../contract/index.js';
import type { ModelLane } from '../model-lane.js';
import { KEYS, type World } from '../world.js';
import { Command } from './command.js';

/** What makes a job the same as another. */
export type Identity =
  'none' | 'repeat' | 'idempotent-brief' | 'idempotent-long' | 'dependent' | Uniqueness['mode'];

/** Shares of the keys: powers of two, so that no store has to round them. */
const WEIGHTS = [1, 2, 4] as const;

/** One job that somebody wants, in steps of time and by picks, whatever is there by then. */
export interface Wish {
  readonly lane: number;
  readonly priority: number;
  readonly delay: number;
  readonly key: (typeof KEYS)[number];
  readonly identity: Identity;
  readonly maxRetries: number;
  readonly maxStalled: number;
  readonly pick: number;
}

export class EnqueueCommand extends Command {
  constructor(private readonly wishes: readonly Wish[]) {
    super();
  }

  toString(): string {
    return `enqueue(${this.wishes.map((wish) => JSON.stringify(wish)).join(', ')})`;
  }

  protected async act(world: World): Promise<void> {
    const jobs = this.wishes.map((wish) => jobOf(world, wish));
    const distinct = jobs.filter((job, place) => jobs.findIndex((one) => one.id === job.id) === place);
    await this.enqueue(
      world,
      distinct.filter((job) => !isParent(job, distinct)),
    );
  }

  private async enqueue(world: World, jobs: readonly NewJob[]): Promise<void> {
    const verdicts = await world.stage.queue.enqueue(jobs);
    const expected = jobs.map((job) => world.model.enqueue(laneOf(world, job), job));
    assert.deepEqual(verdicts.map(essence), expected, 'verdicts of the enqueue');
  }
}

/** A parent is enqueued before its child, wherever it stands: which of both gets the last place is not said. */
function isParent({ queue, id }: NewJob, jobs: readonly NewJob[]): boolean {
  return jobs.some(({ dependsOn }) => dependsOn?.jobs.some((ref) => ref.queue === queue && ref.id === id));
}

/** A refusal may explain itself in words of its own. */
export function essence(verdict: EnqueueVerdict): EnqueueVerdict {
  return verdict.status === 'refused' ? { status: verdict.status, code: verdict.code } : verdict;
}

export function laneOf(world: World, job: NewJob): ModelLane {
  return world.model.lanes.find(({ name }) => name === job.queue) as ModelLane;
}

export function jobOf(world: World, wish: Wish): NewJob {
  const lane = world.lane(wish.lane);
  const { features } = world.stage.capabilities;
  const words: Partial<NewJob> = {
    payload: JSON.stringify({ pick: wish.pick, at: world.model.now }),
    priority: priorityOf(lane, wish),
    maxRetries: wish.maxRetries,
    maxStalled: wish.maxStalled,
    ...(wish.delay > 0 && { delay: world.model.between(wish.delay) }),
    ...(lane.isKeyed && { key: wish.key }),
    ...(lane.isKeyed && features.fairness && { weight: WEIGHTS[KEYS.indexOf(wish.key)] }),
  };
  return world.newJob(lane, { ...words, ...identityOf(world, lane, wish) });
}

/** Keys are compared at one priority or two, so that they meet there. */
function priorityOf(lane: ModelLane, wish: Wish): number {
  if (!lane.isKeyed) return wish.priority;
  return lane.definition.perKey === undefined && wish.priority === 20 ? 9 : 5;
}

function identityOf(world: World, lane: ModelLane, wish: Wish): Partial<NewJob> {
  const { features } = world.stage.capabilities;
  switch (wish.identity) {
    case 'none':
      return {};
    case 'repeat': {
      const there = lane.jobs.filter(({ state }) => state !== 'removed');
      const again = there[wish.pick % Math.max(1, there.length)];
      return { repeat: true, ...(again && { id: again.ref.id }) };
    }
    case 'dependent':
      return features.dependencies ? dependencyOf(world, wish) : {};
    case 'idempotent-brief':
    case 'idempotent-long':
      return features.idempotency ? { idempotency: idempotencyOf(world, wish) } : {};
    default: {
      const unique = uniqueOf(world, wish.identity);
      const fits = features.uniqueness && !lane.isKeyed && isClear(world, lane, unique);
      // What a replaced job takes over beyond payload, priority and delay is not said: retries are the same for all.
      const words = { unique, maxRetries: 2, maxStalled: 3 };
      return fits ? { ...words, ...(unique.mode === 'debounce' && { delay: undefined }) } : {};
    }
  }
}

/** On one job or two, wherever they are and whatever has become of them. */
function dependencyOf(world: World, wish: Wish): Partial<NewJob> {
  const parents = [world.job(wish.pick), world.job(wish.pick * 7 + 3)].filter((job) => job !== undefined);
  if (parents.length === 0) return {};
  const onFailure = (['fail', 'fail', 'continue', 'ignore'] as const)[wish.pick % 4] ?? 'fail';
  return { dependsOn: { jobs: parents.slice(0, 1 + (wish.pick % 2)).map(({ ref }) => ref), onFailure } };
}

function idempotencyOf(world: World, wish: Wish): Idempotency {
  const steps = wish.identity === 'idempotent-brief' ? 2 : 50;
  return { key: wish.pick % 4 === 0 ? 'other' : 'order', ttl: world.model.between(steps) };
}

function uniqueOf({ model }: World, mode: Uniqueness['mode']): Uniqueness {
  const key = `by-${mode}`;
  switch (mode) {
    case 'keep-first':
    case 'replace':
      return { mode, key };
    case 'throttle':
      return { mode, key, window: model.between(3) };
    case 'debounce':
      return { mode, key, window: model.between(3), maxWait: model.between(4) };
  }
}

/** Whether the contract says what an enqueue with this key does now. Where it does not, the job goes without. */
function isClear(world: World, lane: ModelLane, unique: Uniqueness): boolean {
  if (unique.mode === 'throttle') {
    const window = lane.windows.get(unique.key);
    return window === undefined || !['cancelled', 'removed'].includes(window.job.state);
  }
  // A job made while another with its key runs takes the key over; who has it when the other is given back is not said.
  const latest = lane.jobs.findLast(({ given }) => given.unique?.key === unique.key);
  const waiting = lane.holders('a-task', unique).filter(({ state }) => state !== 'running');
  // Nor is what a job that waits for a signal does with the delay of another.
  if (waiting.some((job) => job !== latest || job.state === 'waiting')) return false;
  if (unique.mode !== 'debounce') return true;
  return waiting.every(
    (job) => job.state === 'scheduled' && !world.model.runs.some((run) => run.job === job),
  );
}
