import assert from 'node:assert/strict';
import type {
  Claim,
  ClaimedJob,
  Ms,
  NewJob,
  Outcome,
  Settlement,
  SignalValue,
} from '../../../contract/index.js';
import { anError } from '../../contract/lane.js';
import { dependentsOf } from '../model-dependencies.js';
import { hasAttempts, type ModelJob, type ModelRun } from '../model-job.js';
import type { ModelLane } from '../model-lane.js';
import type { World } from '../world.js';
import { checkOrder } from '../check-order.js';
import { Command } from './command.js';
import { jobOf, laneOf, type Wish } from './enqueue-command.js';

/** A word about some run that ever was: held, settled or lost. */
export interface SettleWish {
  readonly run: number;
  readonly kind: Outcome['kind'];
  readonly delay: number;
  readonly countAttempt: boolean;
  /** With `released`: the signal to wait for. */
  readonly awaits: string | undefined;
  readonly spawn: Wish | undefined;
}

export interface TakeWish {
  readonly lane: number;
  readonly limit: number;
}

export class ClaimCommand extends Command {
  constructor(
    private readonly settles: readonly SettleWish[],
    private readonly takes: readonly TakeWish[],
    private readonly lease: number,
    private readonly worker: string,
  ) {
    super();
  }

  toString(): string {
    return `claim(${JSON.stringify({ settle: this.settles, take: this.takes, lease: this.lease })})`;
  }

  protected async act(world: World): Promise<void> {
    const { model, stage } = world;
    const planned = this.plan(world);
    const lanes = [...new Set(this.takes.map((take) => world.lane(take.lane)))];
    const limitOf = (lane: ModelLane) =>
      this.takes.find((take) => world.lane(take.lane) === lane)?.limit ?? 0;
    const lease = model.between(this.lease);
    const claim = await stage.queue.claim({
      worker: this.worker,
      lease,
      settle: planned.map(({ settlement }) => settlement),
      take: lanes.map((lane) => ({ queue: lane.name, limit: limitOf(lane) })),
    });
    planned.forEach(({ run, settlement, spawn }, place) => {
      const allowed = model.settle(run, settlement.outcome);
      const verdict = claim.verdicts[place];
      assert.ok(
        verdict && allowed.includes(verdict),
        `settled: ${verdict}, the model has ${allowed.join(' or ')}`,
      );
      if (verdict === 'applied' && spawn !== undefined) enqueueSpawn(world, run.job, spawn);
    });
    world.hear(claim.ended ?? []);
    const isLimited = (lane: ModelLane) => limitOf(lane) > lane.claimable(model.now).count;
    const limited = lanes.filter((lane) => !lane.paused && isLimited(lane));
    for (const lane of lanes) takeOf(world, lane, limitOf(lane), lease, claim);
    checkNext(world, lanes, limited, claim);
  }

  private plan(world: World): { run: ModelRun; settlement: Settlement; spawn: NewJob | undefined }[] {
    const planned = [];
    for (const wish of this.settles) {
      const run = world.run(wish.run);
      if (run === undefined) continue;
      const spawn = wish.spawn && jobOf(world, { ...wish.spawn, identity: 'none' });
      const outcome = outcomeOf(world, run.job, wish);
      planned.push({ run, spawn, settlement: { receipt: run.receipt, outcome, enqueue: spawn && [spawn] } });
    }
    return planned;
  }
}

function enqueueSpawn(world: World, parent: ModelJob, spawn: NewJob): void {
  const { model } = world;
  model.enqueue(laneOf(world, spawn), spawn, false);
  const job = model.job(spawn);
  // Whether it or those that waited for the settled job are admitted first is not said.
  if (job !== undefined && dependentsOf(model.jobs, parent).length > 0) job.rank = undefined;
}

/** What the worker says: never another run where its retries are used up, as no worker would. */
function outcomeOf({ model }: World, job: ModelJob, wish: SettleWish): Outcome {
  const delay: Ms = wish.delay > 0 ? model.between(wish.delay) : 0;
  const countAttempt = wish.countAttempt && hasAttempts(job);
  switch (wish.kind) {
    case 'completed':
      return { kind: 'completed', result: '"result"' };
    case 'failed':
      return { kind: 'failed', error: anError('it broke') };
    case 'cancelled':
      return { kind: 'cancelled', reason: 'given up' };
    case 'retry':
      return { kind: 'retry', in: delay, error: anError('try again'), countAttempt };
    case 'released':
      return {
        kind: 'released',
        countAttempt,
        awaits: awaitedBy(job, wish),
        ...(delay > 0 && { in: delay }),
        ...(wish.run % 2 === 0 && { checkpoint: `"released by run ${wish.run}"` }),
      };
  }
}

/** More often than not for a signal that has reached it already: whether that one is used up is the question then. */
function awaitedBy({ signals }: ModelJob, { awaits, run }: SettleWish): string | undefined {
  const known = signals.values;
  const [name] = known[run % Math.max(1, known.length)] ?? [];
  return awaits !== undefined && name !== undefined && run % 3 > 0 ? name : awaits;
}

function takeOf(world: World, lane: ModelLane, limit: number, lease: Ms, claim: Claim): void {
  const { model, stage } = world;
  const { candidates, count, heldBy } = lane.claimable(model.now);
  const taken = claim.jobs.filter((job) => job.queue === lane.name);
  assert.equal(taken.length, Math.min(limit, count), `jobs of ${lane.name} handed out`);
  if (limit > count && candidates.length > count && heldBy.length > 0) {
    const told = claim.limited?.filter(({ queue }) => queue === lane.name).map(({ by }) => by) ?? [];
    // Where jobs arrive in no order that is promised, some may be on their way yet, and nobody has asked for them.
    const isBlind = stage.capabilities.order !== 'strict' && told.length === 0;
    assert.ok(
      isBlind || heldBy.some((by) => told.includes(by)),
      `limited by ${heldBy.join(', ')}, told ${told.join(', ')}`,
    );
  }
  const jobs = taken.map((job) => takenJob(candidates, job));
  lane.limits.tell(jobs);
  if (stage.capabilities.order === 'strict') checkOrder(jobs, candidates);
  lane.charge(taken.length, model.now);
  taken.forEach((job, place) => {
    const known = jobs[place] as ModelJob;
    const fence = BigInt(job.fence);
    assert.ok(fence > known.fence, `fence ${fence} after ${known.fence}`);
    model.claim(known, job.receipt, lease, fence);
    assert.equal(job.attempt, known.attempt, 'attempt');
    assert.equal(job.stalls, known.stalls, 'stalls');
    assert.equal(job.payload, known.payload, 'payload');
    assert.equal(job.extra?.checkpoint, known.checkpoint, 'checkpoint');
    checkParents(known, job);
    checkSignals(known, job);
  });
}

/** What each parent came to is handed over, as long as it has not moved on since. */
function checkParents(known: ModelJob, job: ClaimedJob): void {
  if (known.given.dependsOn?.onFailure === 'ignore') return;
  for (const { job: parent } of known.parents) {
    const { state, ref, result } = parent;
    if (state !== 'completed' && state !== 'failed' && state !== 'cancelled') continue;
    const outcome = job.extra?.parents?.find(({ queue, id }) => queue === ref.queue && id === ref.id);
    assert.equal(outcome?.state, state, `what became of ${ref.id}, on which ${known.ref.id} depends`);
    assert.equal(outcome?.result, result, `result of ${ref.id}`);
  }
}

/** The latest value of each name that has reached it is handed over, with the codec that wrote it. */
function checkSignals(known: ModelJob, job: ClaimedJob): void {
  const plain = (signals: readonly (readonly [string, SignalValue])[]) =>
    signals
      .map(([name, { payload, codec }]) => ({ name, codec, payload: payload && Buffer.from(payload) }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  assert.deepEqual(
    plain(Object.entries(job.extra?.signals ?? {})),
    plain(known.signals.values),
    `signals of ${known.ref.id}`,
  );
}

function takenJob(candidates: readonly ModelJob[], job: ClaimedJob): ModelJob {
  const known = candidates.find(({ ref }) => ref.id === job.id);
  assert.ok(known, `job ${job.id} was handed out, which is not ready`);
  return known;
}

/** Whether a token is all that the next one lacks. */
function heldByRate(lane: ModelLane, now: Ms): boolean {
  const { heldBy } = lane.claimable(now);
  return heldBy.includes('rate') && !heldBy.includes('concurrency');
}

/** The claim says to come back no later than the next thing that happens by itself. */
function checkNext(
  { model, stage }: World,
  lanes: readonly ModelLane[],
  limited: readonly ModelLane[],
  claim: Claim,
): void {
  const moments = [
    model.nextMoment(lanes.filter(({ paused }) => !paused)),
    ...limited.filter((lane) => heldByRate(lane, model.now)).map((lane) => lane.nextStartAt()),
  ].filter((moment) => moment !== undefined);
  if (moments.length === 0) return;
  const next = Math.min(...moments);
  const slack = stage.timeStands ? 0 : model.unit * 0.4;
  assert.ok(
    claim.nextInMs !== undefined && claim.nextInMs <= next - model.now + slack,
    `come back in ${claim.nextInMs} ms; something happens in ${next - model.now} ms`,
  );
}
