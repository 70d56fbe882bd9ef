import {
  type EnqueueCallOptions,
  type EnqueueVerdict,
  isQueued,
  type JobRef,
  type NewJob,
} from '../../contract/index.js';
import type { Sending } from './broker.js';
import { arePromised, refusedBy } from './full-queues.js';
import { NO_HISTORY } from './message.js';
import type { PublishOutcome } from './publisher.js';
import { callError } from './rabbitmq-errors.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { endTooLarge, tooLargeFor } from './too-large.js';

/**
 * Enters jobs in the ledger, then publishes what is ready. What the broker did not take is published later where all share the ledger, so nothing
 * that was entered is lost; a ledger in memory forgets it again, and the call fails.
 */
export async function enqueueJobs(
  parts: RabbitMqParts,
  jobs: readonly NewJob[],
  { atomic }: EnqueueCallOptions = {},
): Promise<EnqueueVerdict[]> {
  if (jobs.length === 0) return [];
  const { broker, ledger, full, loose } = parts;
  broker.assertUp();
  const isPromised = loose === undefined ? arePromised(jobs, atomic) : () => false;
  const isTurnedAway = (job: NewJob): boolean => isPromised(job) && full.isFull(job.queue);
  if (jobs.some(isTurnedAway)) {
    // What could not be forgotten afterwards is not let in.
    const kept = atomic === true ? [] : jobs.filter((job) => !isTurnedAway(job));
    const others = await enqueueJobs(parts, kept, { atomic });
    return jobs.map((job) => others[kept.indexOf(job)] ?? refusedBy(job.queue));
  }
  const entered = jobs.map((job) => ({ ...job, external: true }));
  await broker.topology.declare(jobs.map(({ queue }) => broker.nameOf(queue)));
  const verdicts = await ledger.enqueue(entered, { atomic });
  const waiting = await waitingAmong(parts, jobs);
  const places = verdicts.flatMap((verdict, place) =>
    verdict.status === 'created' && !waiting.has(jobs[place] as NewJob) ? place : [],
  );
  const outcomes = await publishNew(
    parts,
    places.map((place) => jobs[place] as NewJob),
  );
  const refused: NewJob[] = [];
  const promised: NewJob[] = [];
  places.forEach((place, index) => {
    const job = jobs[place] as NewJob;
    const outcome = outcomes[index];
    full.note(job.queue, outcome);
    if (outcome !== 'refused' && outcome !== 'too-large') return;
    if (isPromised(job)) {
      if (outcome === 'too-large') promised.push(job);
      return;
    }
    refused.push(job);
    verdicts[place] = outcome === 'refused' ? refusedBy(job.queue) : tooLargeFor(parts);
  });
  if (refused.length > 0) await ledger.remove(refused);
  await endTooLarge(parts, promised);
  return verdicts;
}

/** @returns what became of each; `confirmed` where nothing has to be published now */
async function publishNew(parts: RabbitMqParts, jobs: readonly NewJob[]): Promise<readonly PublishOutcome[]> {
  const { broker, loose, unsent } = parts;
  const { outcomes, lost, error } = await send(parts, jobs);
  if (loose === undefined) {
    for (const job of lost) unsent.add(job);
    return outcomes;
  }
  await letGo(parts, loose.surplus());
  if (lost.length === 0) return outcomes;
  const unconfirmed = jobs.filter((_, place) => outcomes[place] !== 'confirmed');
  await letGo(parts, await notArrivedAmong(parts, unconfirmed));
  if (error !== undefined) throw error;
  const outcome = outcomes.every((one) => one === 'not-sent') ? 'not-sent' : 'unknown';
  const isUnroutable = outcomes.includes('unroutable');
  throw callError(
    broker.settings.name,
    outcome,
    new Error(isUnroutable ? 'no queue takes the message' : 'no confirm in time'),
  );
}

/** Publishes what a settlement enqueued: it is kept, since the settlement is, and published later where it could not be now. */
export async function publishSpawned(parts: RabbitMqParts, jobs: readonly NewJob[]): Promise<void> {
  const { outcomes, lost } = await send(parts, jobs);
  for (const job of lost) parts.unsent.add(job);
  await endTooLarge(
    parts,
    jobs.filter((_, place) => outcomes[place] === 'too-large'),
  );
}

/** What became of each, and which of them the broker has not, or may not have. */
interface Sent {
  readonly outcomes: readonly PublishOutcome[];
  readonly lost: readonly NewJob[];
  /** Why none could be published. */
  readonly error?: unknown;
}

async function send(parts: RabbitMqParts, jobs: readonly NewJob[]): Promise<Sent> {
  const { broker, loose, pump } = parts;
  const outcomes: PublishOutcome[] = jobs.map(() => 'confirmed');
  const places = jobs.flatMap((job, place) => (loose !== undefined || isReady(job) ? place : []));
  const sendings = places.map((place): Sending => {
    const job = jobs[place] as NewJob;
    return { job, history: NO_HISTORY, delay: loose && delayOf(parts, job) };
  });
  if (loose !== undefined) for (const { job } of sendings) loose.entered(job);
  let error: unknown;
  const published = await broker.publish(sendings).catch((reason: unknown) => {
    error = reason;
    return sendings.map(() => 'not-sent' as const);
  });
  const lost: NewJob[] = [];
  places.forEach((place, index) => {
    const job = jobs[place] as NewJob;
    outcomes[place] = published[index] as PublishOutcome;
    if (outcomes[place] === 'confirmed') {
      loose?.revive(job.queue, job.id);
      loose?.sent(job.queue, job.id);
      pump.report({ queue: job.queue, id: job.id, fence: '0' });
    } else if (outcomes[place] === 'refused' || outcomes[place] === 'too-large') {
      loose?.finished(job.queue, job.id);
    } else lost.push(job);
  });
  return { outcomes, lost, error };
}

/**
 * Of jobs whose confirms were lost, those whose messages nobody here has seen. Of one that ran already the ledger has to know that it did: with the
 * confirm its acknowledgement is lost as well, and the message comes again.
 */
async function notArrivedAmong({ ledger }: RabbitMqParts, jobs: readonly NewJob[]): Promise<NewJob[]> {
  const records = await ledger.get(jobs);
  return jobs.filter((_, place) => {
    const record = records[place];
    return record !== undefined && isQueued(record.state) && record.attempt === 0;
  });
}

/** A ledger in memory forgets them. */
async function letGo({ ledger, loose }: RabbitMqParts, jobs: readonly JobRef[]): Promise<void> {
  if (jobs.length === 0) return;
  await ledger.remove(jobs);
  for (const { queue, id } of jobs) loose?.finished(queue, id);
}

/** Of jobs with dependencies, those that do not run now; one whose dependencies are met already has to be published by who enqueues it. */
async function waitingAmong(
  { ledger }: RabbitMqParts,
  jobs: readonly NewJob[],
): Promise<ReadonlySet<NewJob>> {
  const linked = jobs.filter(({ dependsOn }) => dependsOn !== undefined);
  if (linked.length === 0) return new Set();
  const records = await ledger.get(linked);
  return new Set(linked.filter((_, place) => records[place]?.state !== 'pending'));
}

/** What is due later, or waits for others, is handed out by the ledger; a message that comes too early is dropped. */
function isReady({ delay = 0, dueAt, unique }: NewJob): boolean {
  return delay <= 0 && (dueAt === undefined || dueAt <= Date.now() + 1_000) && unique?.mode !== 'debounce';
}

function delayOf({ clock }: RabbitMqParts, { delay, dueAt }: NewJob): number {
  return delay ?? (dueAt === undefined ? 0 : Math.max(0, dueAt - clock.now()));
}
