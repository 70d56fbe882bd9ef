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
  Verdict,
} from '../../contract/index.js';
import { cancelJobs, getJobs, removeJobs, retryDeadJobs } from './by-address.js';
import { claimJobs } from './claim.js';
import { clearQueue } from './clear.js';
import { Companions } from './companions.js';
import type { DatabaseSession, PostgresDatabase } from './database.js';
import { Declarations } from './declarations.js';
import { enqueueJobs } from './enqueue.js';
import { extendLeases } from './extend.js';
import { findJobs } from './find.js';
import { forwardJobs } from './forward.js';
import { inspectQueues } from './inspect.js';
import { toText } from './job-text.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { QueueCalls } from './queue-calls.js';
import { QueueNames } from './queue-names.js';
import type { QueueParts } from './queue-parts.js';
import { loadQueueStatements } from './queue-statements.js';
import { recordNotes } from './record.js';
import { recoverQueues } from './recover.js';
import { toSignalText } from './signal-text.js';
import { Trimmer } from './trimmer.js';
import { WakeUps } from './wake-ups.js';

/**
 * Queues in a PostgreSQL database, shared by all who use it. Each call is one statement, which the server carries out as one step; it
 * keeps the time too.
 */
export class PostgresQueueBackend implements QueueBackend {
  readonly capabilities: Capabilities;
  /** Jobs for other brokers, in the same schema. */
  readonly outbox: PostgresOutbox;

  private readonly session: DatabaseSession;
  private readonly declarations: Declarations;
  private readonly parts: QueueParts;
  private readonly wakeUps: WakeUps;

  constructor(private readonly database: PostgresDatabase) {
    const names = new QueueNames();
    const statements = loadQueueStatements(database.loading);
    this.capabilities = database.capabilities;
    this.session = database.session();
    this.outbox = new PostgresOutbox(database, this.session);
    this.declarations = new Declarations(this.session, names, statements.declare);
    const calls = new QueueCalls(this.session, this.declarations, database);
    this.wakeUps = new WakeUps(database, this.session);
    const companions = new Companions(this.wakeUps, this.declarations);
    this.parts = {
      calls,
      names,
      statements,
      trimmer: new Trimmer(this.session, statements.trim),
      companions,
    };
  }

  open(): Promise<void> {
    return this.database.open(this.session);
  }

  async close(): Promise<void> {
    this.wakeUps.close();
    while (this.parts.companions.left !== undefined) await this.parts.companions.left;
    await this.parts.calls.sent();
    await this.database.close(this.session);
  }

  ping(): Promise<BackendInfo> {
    return this.database.ping(this.session);
  }

  declare(queues: readonly QueueDefinition[]): void {
    const { completedMax } = this.capabilities;
    for (const queue of queues) {
      const retention = { ...queue.retention, completedMax: queue.retention?.completedMax ?? completedMax };
      this.declarations.declare({ ...queue, retention });
    }
  }

  enqueue(jobs: readonly NewJob[], options: EnqueueCallOptions = {}): Promise<EnqueueVerdict[]> {
    // In a transaction of the caller the next statement may be its commit.
    const hasToWait = this.parts.companions.left !== undefined && options.tx === undefined;
    return hasToWait ? this.enqueueAfter(jobs, options) : enqueueJobs(this.parts, jobs, options);
  }

  claim(request: ClaimRequest): Promise<Claim> {
    const claim = { ...request, lease: this.atLeast(request.lease) };
    return this.parts.companions.join(claim) ?? claimJobs(this.parts, claim);
  }

  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    return extendLeases(this.parts, receipts, this.atLeast(lease));
  }

  record(notes: readonly RunNote[]): Promise<Verdict[]> {
    return recordNotes(this.parts, notes);
  }

  async signal({ queue, id }: JobRef, name: string, value: SignalValue): Promise<void> {
    const { calls, names, statements } = this.parts;
    const values = [names.inStore(queue), toText(id), toText(name), toSignalText(value)];
    await calls.rows(statements.signal, [queue], values);
  }

  forward(request: ForwardRequest): Promise<Forward> {
    return forwardJobs(this.parts, request);
  }

  recover(): Promise<Recovery> {
    return recoverQueues(this.parts, this.declarations.queues);
  }

  subscribe(
    queue: string,
    { demand }: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    return this.wakeUps.subscribe(this.parts.names.inStore(queue), demand, onAvailable);
  }

  get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return getJobs(this.parts, jobs);
  }

  find(query: JobQuery): Promise<Page<JobRecord>> {
    return findJobs(this.parts, query);
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

  pause(queue: string): Promise<void> {
    return this.setPaused(queue, true);
  }

  resume(queue: string): Promise<void> {
    return this.setPaused(queue, false);
  }

  retryDead(
    jobs: readonly JobRef[],
    patch: { readonly payload?: Payload | undefined; readonly delay?: Ms | undefined } = {},
  ): Promise<RetryVerdict[]> {
    return retryDeadJobs(this.parts, jobs, patch);
  }

  /** Once all has left that was enqueued before. */
  private async enqueueAfter(
    jobs: readonly NewJob[],
    options: EnqueueCallOptions,
  ): Promise<EnqueueVerdict[]> {
    const { companions } = this.parts;
    while (companions.left !== undefined) await companions.left;
    return enqueueJobs(this.parts, jobs, options);
  }

  private async setPaused(queue: string, isPaused: boolean): Promise<void> {
    const { calls, names, statements } = this.parts;
    await calls.rows(statements.pause, [queue], [names.inStore(queue), isPaused]);
  }

  private atLeast(lease: Ms): Ms {
    const { minLease } = this.capabilities;
    return lease >= minLease ? lease : minLease;
  }
}
