import assert from 'node:assert/strict';
import { JOB_STATES, type JobRecord, type Ms } from '../../contract/index.js';
import type { ModelJob } from './model-job.js';
import type { ModelLane } from './model-lane.js';
import type { World } from './world.js';

/** Every job is where the model has it, and every count says so. */
export async function compare(world: World): Promise<void> {
  const { model, stage } = world;
  const jobs = model.jobs.filter((job) => job.state !== 'removed');
  const gone = model.jobs.filter((job) => job.state === 'removed');
  const records = await stage.queue.get([...jobs, ...gone].map((job) => job.ref));
  jobs.forEach((job, place) => compareJob(world, job, records[place]));
  gone.forEach((job, place) => {
    assert.equal(records[jobs.length + place], undefined, `removed job ${job.ref.id} is gone`);
  });
  for (const lane of model.lanes) {
    await compareCounts(world, lane);
    compareReasons(world, lane, records);
  }
}

function compareJob(world: World, job: ModelJob, record: JobRecord | undefined): void {
  const label = `job ${job.ref.id} (${job.state} in the model)`;
  assert.ok(record, `${label} is lost`);
  const { state, attempt, stalls, replays, priority, payload, result, checkpoint } = record;
  assert.deepEqual(
    { state, attempt, stalls, replays, priority, payload, result, checkpoint },
    {
      state: job.state,
      attempt: job.attempt,
      stalls: job.stalls,
      replays: job.replays,
      priority: job.priority,
      payload: job.payload,
      result: job.result,
      checkpoint: job.checkpoint,
    },
    label,
  );
  const fence = BigInt(record.fence);
  assert.ok(fence >= job.fence, `${label}: its fence fell from ${job.fence} to ${fence}`);
  job.fence = fence;
  if (job.state === 'waiting') assert.equal(record.awaits, job.awaits, `${label}: the signal that it awaits`);
  if (job.state === 'cancelled') assert.equal(record.cancelReason, job.cancelReason, label);
  compareAttempts(job, record, label);
  compareDue(world, job, record, label);
}

/** No more runs than retries allow, but for the first lost lease (and none where stalls are not counted). */
function compareAttempts(job: ModelJob, record: JobRecord, label: string): void {
  const exception = job.given.maxStalled !== 0 && record.stalls > 0 ? 1 : 0;
  const most = 1 + job.given.maxRetries + exception;
  assert.ok(record.attempt <= most, `${label}: attempt ${record.attempt} of ${most}`);
}

function compareDue({ model, stage }: World, job: ModelJob, record: JobRecord, label: string): void {
  if (job.state !== 'scheduled' && job.state !== 'retrying') return;
  assert.ok(record.dueAt !== undefined, `${label}: says when it is due`);
  const slack: Ms = stage.timeStands ? 0 : model.unit * 0.4;
  const due = job.createdAt + (record.dueAt - record.createdAt);
  const [earliest, latest] = job.dueBetween ?? [job.dueAt as Ms, job.dueAt as Ms];
  assert.ok(
    due >= earliest - slack && due <= latest + slack,
    `${label}: due at ${due}, the model has ${earliest} to ${latest}`,
  );
  if (job.dueBetween === undefined) return;
  job.dueAt = due;
  job.dueBetween = undefined;
}

async function compareCounts({ stage }: World, lane: ModelLane): Promise<void> {
  const [status] = await stage.queue.inspect([lane.name]);
  assert.equal(status?.isPaused, lane.paused, `whether ${lane.name} is paused`);
  for (const state of JOB_STATES) {
    assert.equal(status?.counts[state], lane.in(state).length, `${state} jobs of ${lane.name}`);
  }
}

/** Pending jobs say why they are not handed out: all of a paused queue, and those that are parked for their key's sake. */
function compareReasons(
  { model }: World,
  lane: ModelLane,
  records: readonly (JobRecord | undefined)[],
): void {
  const reasons = new Map(records.map((record) => [record?.id, record?.reason]));
  const pending = lane.in('pending');
  const reasonOf = (job: ModelJob) => reasons.get(job.ref.id);
  if (lane.paused) {
    for (const job of pending) assert.ok(reasonOf(job), 'a pending job of a paused queue says why');
    return;
  }
  for (const key of new Set(pending.map(({ given }) => given.key))) {
    const ofKey = pending.filter(({ given }) => given.key === key);
    const parked = ofKey.filter((job) => reasonOf(job) !== undefined);
    const expected = ofKey.filter(({ admitted }) => !admitted).length;
    assert.equal(parked.length, expected, `parked jobs of key ${key} of ${lane.name}`);
    const allowed = lane.limits.reasonsOf(key, model.now);
    for (const job of parked) {
      const reason = reasonOf(job);
      assert.ok(
        reason && allowed.includes(reason),
        `parked for ${reason}, the model has ${allowed.join(' or ')}`,
      );
    }
    for (const job of ofKey) job.admitted = !parked.includes(job);
    checkHeads(ofKey);
  }
}

/** The head of a key is let in first. */
function checkHeads(ofKey: readonly ModelJob[]): void {
  const places = (admitted: boolean) =>
    ofKey.filter((job) => job.admitted === admitted).flatMap(({ rank }) => rank ?? []);
  const lastIn = Math.max(...places(true));
  assert.ok(
    places(false).every((rank) => rank >= lastIn),
    `a job at place ${lastIn} was let in before one of its key that was parked before it`,
  );
}
