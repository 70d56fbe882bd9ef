import type {
  BackendInfo,
  BackendSubscription,
  CancelVerdict,
  Capabilities,
  Claim,
  ClaimRequest,
  EnqueueCallOptions,
  EnqueueVerdict,
  Forward,
  ForwardRequest,
  JobQuery,
  JobRecord,
  JobRef,
  JobState,
  Ms,
  NewJob,
  Page,
  Payload,
  QueueBackend,
  QueueDefinition,
  QueueStatus,
  Receipt,
  Recovery,
  RetryVerdict,
  RunNote,
  SignalValue,
  Transaction,
  Verdict,
} from '../../contract/index.js';
import { UnsupportedOperationError } from '../../errors/index.js';
import { cancelJobs, getJobs, removeJobs, retryDeadJobs } from './by-address.js';
import { claimTogether } from './claim.js';
import { claimApart } from './claim-apart.js';
import { ClaimedJobs } from './claimed-job.js';
import { clearQueue } from './clear.js';
import { Declarations } from './declarations.js';
import { enqueueJobs } from './enqueue.js';
import type { QueueParts } from './queue-parts.js';
import { Envelopes } from './envelope.js';
import { extendLeases } from './extend.js';
import { findJobs } from './find.js';
import { forwardJobs } from './forward.js';
import { inspectQueues } from './inspect.js';
import { JobRecords } from './job-records.js';
import { packId } from './packed-id.js';
import { QueueKeys } from './queue-keys.js';
import { loadQueueScripts } from './queue-scripts.js';
import { packSignal } from './rare-part.js';
import { recordNotes } from './record.js';
import { recoverQueues } from './recover.js';
import { REDIS_CAPABILITIES } from './redis-capabilities.js';
import type { RedisConnections } from './redis-connections.js';
import type { RedisSession } from './redis-session.js';
import { loadScriptsOfCluster } from './remote/cluster-scripts.js';
import { SlotCaller } from './remote/slot-caller.js';
import { ScriptCaller } from './script-caller.js';
import { announceHere, subscribe } from './wake-ups.js';

/**
 * Queues on a Redis server, shared by all who use it. Each call is one script, which the server carries out as one step; it keeps
 * the time too. On a cluster a call is one script for each queue, and what concerns two of them is carried from slot to slot (`remote/`).
 */
export class RedisQueueBackend implements QueueBackend {
  readonly capabilities: Capabilities = REDIS_CAPABILITIES;

  private readonly session: RedisSession;
  private readonly keys: QueueKeys;
  private readonly declarations: Declarations;
  private readonly parts: QueueParts;
  private readonly records: JobRecords;
  private readonly claimed: ClaimedJobs;

  /** @param clock Lua that gives the time instead of the server, for tests. */
  constructor(
    private readonly connections: RedisConnections,
    clock?: string,
  ) {
    const cluster = connections.isCluster ? loadScriptsOfCluster(clock) : undefined;
    const scripts = cluster?.queue ?? loadQueueScripts(clock);
    const envelopes = new Envelopes();
    this.session = connections.session();
    this.keys = new QueueKeys(connections.prefix);
    this.declarations = new Declarations(this.session, this.keys, scripts.declare);
    const remote = cluster && new SlotCaller(this.session, this.keys, this.declarations, cluster.remote);
    this.parts = {
      caller: remote ?? new ScriptCaller(this.session, this.keys, this.declarations),
      scripts,
      keys: this.keys,
      envelopes,
      isCluster: connections.isCluster,
      remote,
      backend: connections.name,
    };
    this.records = new JobRecords(envelopes, this.keys);
    this.claimed = new ClaimedJobs(envelopes, this.keys);
  }

  open(): Promise<void> {
    return this.connections.open(this.session);
  }

  close(): Promise<void> {
    return this.connections.close(this.session);
  }

  ping(): Promise<BackendInfo> {
    return this.connections.ping(this.session);
  }

  declare(queues: readonly QueueDefinition[]): void {
    for (const queue of queues) this.declarations.declare(queue);
  }

  async enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    refuseTransaction(options?.tx);
    const verdicts = enqueueJobs(this.parts, jobs, options);
    announceHere(this.connections, this.keys, jobs);
    return await verdicts;
  }

  async claim(request: ClaimRequest): Promise<Claim> {
    refuseTransaction(request.tx);
    const lease = atLeast(this.capabilities.minLease, request.lease);
    const claim = this.parts.isCluster ? claimApart : claimTogether;
    return claim(this.parts, this.claimed, { ...request, lease });
  }

  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    return extendLeases(this.parts, receipts, atLeast(this.capabilities.minLease, lease));
  }

  record(notes: readonly RunNote[]): Promise<Verdict[]> {
    return recordNotes(this.parts, notes);
  }

  async signal({ queue, id }: JobRef, name: string, value: SignalValue): Promise<void> {
    const args = [this.keys.onServer(queue), packId(id), name, packSignal(value)];
    await this.parts.caller.run(this.parts.scripts.signal, [queue], args);
  }

  forward(request: ForwardRequest): Promise<Forward> {
    return forwardJobs(this.parts, this.records, request);
  }

  recover(): Promise<Recovery> {
    return recoverQueues(this.parts, this.declarations.queues);
  }

  subscribe(
    queue: string,
    { demand }: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    return subscribe(this.connections, this.keys, queue, demand, onAvailable);
  }

  get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return getJobs(this.parts, this.records, jobs);
  }

  find(query: JobQuery): Promise<Page<JobRecord>> {
    return findJobs(this.parts, this.records, query);
  }

  inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    return inspectQueues(this.parts, queues);
  }

  cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    return cancelJobs(this.parts, jobs, reason);
  }

  remove(jobs: readonly JobRef[]): Promise<number> {
    return removeJobs(this.parts, jobs);
  }

  clear(queue: string, states: readonly JobState[]): Promise<number> {
    return clearQueue(this.parts, queue, states);
  }

  async pause(queue: string): Promise<void> {
    await this.parts.caller.run(this.parts.scripts.pause, [queue], [this.keys.onServer(queue), 1]);
  }

  async resume(queue: string): Promise<void> {
    await this.parts.caller.run(this.parts.scripts.pause, [queue], [this.keys.onServer(queue), 0]);
  }

  retryDead(
    jobs: readonly JobRef[],
    patch: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined } = {},
  ): Promise<RetryVerdict[]> {
    return retryDeadJobs(this.parts, jobs, patch);
  }
}

function atLeast(least: Ms, value: Ms): Ms {
  return value >= least ? value : least;
}

function refuseTransaction(tx: Transaction | undefined): void {
  if (tx === undefined) return;
  throw new UnsupportedOperationError(
    'join a transaction',
    'redis',
    'Use a backend on PostgreSQL, or call without `tx`.',
  );
}
