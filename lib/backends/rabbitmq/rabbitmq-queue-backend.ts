import {
  type BackendInfo,
  type BackendSubscription,
  type CancelVerdict,
  type Capabilities,
  type Claim,
  type ClaimRequest,
  type Clock,
  DEFAULT_FAILED_TTL,
  type EnqueueCallOptions,
  type EnqueueVerdict,
  type Forward,
  type JobQuery,
  type JobRecord,
  type JobRef,
  type JobState,
  type Ms,
  type NewJob,
  type Page,
  type QueueBackend,
  type QueueDefinition,
  type QueueStatus,
  type Receipt,
  type Recovery,
  type RetryVerdict,
  type RunNote,
  type SignalValue,
  type Verdict,
} from '../../contract/index.js';
import { publishUnsent, type Turns } from './audit.js';
import { Broker } from './broker.js';
import { buryEnded } from './bury-ended.js';
import { Calls } from './calls.js';
import { claimJobs } from './claim.js';
import { DeadQueues } from './dead-queues.js';
import { enqueueJobs } from './enqueue.js';
import { extendLeases } from './extend.js';
import { ForwardPump } from './forward-pump.js';
import { FullQueues } from './full-queues.js';
import { Hold, Holds } from './hold.js';
import { LooseJobs } from './loose-jobs.js';
import { LostQueues } from './lost-queues.js';
import { publishForwarded } from './publish-forwarded.js';
import { rabbitMqCapabilities } from './rabbitmq-capabilities.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import type { RabbitMqSettings } from './rabbitmq-settings.js';
import { Reconciler } from './reconciler.js';
import { Refusals } from './refuse.js';
import { clearJobs, removeJobs } from './remove.js';
import { Unsent } from './unsent.js';

export interface RabbitMqQueueOptions {
  readonly settings: RabbitMqSettings;
  /** Keeps every job; opened and closed by whoever made it. */
  readonly ledger: QueueBackend;
  /** Where all that share the ledger take turns. Default: nobody shares it. */
  readonly turns?: Turns | undefined;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/**
 * Queues that RabbitMQ moves and a ledger keeps: the ledger is the backend of another store, or memory. Each call is one of the ledger; the broker
 * carries the messages of what is ready, and what it delivers is claimed of the ledger by id.
 */
export class RabbitMqQueueBackend implements QueueBackend {
  readonly capabilities: Capabilities;
  private readonly parts: RabbitMqParts;
  private readonly refusals: Refusals;
  private readonly reconciler: Reconciler | undefined;
  private readonly definitions = new Map<string, QueueDefinition>();
  private readonly calls: Calls;

  constructor(private readonly options: RabbitMqQueueOptions) {
    const { settings, ledger, clock } = options;
    const warn = (message: string) => options.warn(`Backend "${settings.name}": ${message}`);
    const calls = new Calls(warn);
    this.calls = calls;
    const lost = new LostQueues(() => this.parts, options.turns);
    const isShared = ledger.capabilities.records === 'fleet';
    const broker = new Broker(settings, isShared, {
      warn,
      onQueueLost: (queue) => calls.unlessOver(() => lost.mend(queue)),
      onBack: () => calls.unlessOver(() => publishUnsent(this.parts)),
    });
    const pump: ForwardPump = new ForwardPump(ledger, {
      publish: (jobs) => publishForwarded(this.parts, jobs),
      onNews: (queue) => broker.intake.resume(broker.intake.feed(queue)),
      warn,
    });
    const definitionOf = (queue: string) => this.definitions.get(queue);
    const keepDead = (queue: string) => definitionOf(queue)?.retention?.failedTtl ?? DEFAULT_FAILED_TTL;
    const loose = isShared ? undefined : new LooseJobs();
    const full = new FullQueues(clock);
    const own = { holds: new Holds(), full, unsent: new Unsent(), definitionOf, keepDead };
    const inBackground = (work: Promise<unknown>) => calls.inBackground(work);
    const dead = new DeadQueues(broker, ledger);
    this.parts = { ...own, ledger, broker, dead, pump, loose, clock, inBackground, warn };
    this.capabilities = rabbitMqCapabilities(ledger.capabilities, settings.queueType);
    // A ledger of this process alone does not know what others have done with its messages.
    this.reconciler = isShared ? new Reconciler(this.parts, () => pump.served, options.turns) : undefined;
    this.refusals = new Refusals('rabbitmq', this.capabilities);
  }

  get broker(): Broker {
    return this.parts.broker;
  }

  /** Connections to the broker that it holds now. */
  get handles(): number {
    return this.parts.broker.handles;
  }

  async open(): Promise<void> {
    const { broker, dead, loose } = this.parts;
    await broker.open();
    try {
      if (this.options.settings.readDeadLetters ?? loose !== undefined) {
        for (const queue of this.definitions.keys()) await dead.read(queue);
      }
    } catch (error) {
      // Whoever tries again opens all of it again.
      await broker.close();
      throw error;
    }
    this.reconciler?.start();
  }

  async close(): Promise<void> {
    if (this.calls.areOver) return;
    this.calls.end();
    this.parts.broker.hurry();
    await this.reconciler?.close();
    await this.calls.ended();
    await this.parts.pump.close();
    await this.parts.broker.close();
  }

  ping(): Promise<BackendInfo> {
    return this.calls.answer(() => this.parts.broker.ping());
  }

  declare(queues: readonly QueueDefinition[]): void {
    for (const queue of queues) {
      this.definitions.set(queue.name, queue);
      this.parts.broker.name(queue.name, queue.brokerName);
    }
    this.parts.ledger.declare(queues);
  }

  enqueue(jobs: readonly NewJob[], options?: EnqueueCallOptions): Promise<EnqueueVerdict[]> {
    return this.calls.answer(() => {
      this.refusals.enqueue(jobs, options, this.definitions);
      return enqueueJobs(this.parts, jobs, options);
    });
  }

  claim(request: ClaimRequest): Promise<Claim> {
    return this.calls.answer(() => {
      this.refusals.claim(request);
      return this.burying(claimJobs(this.parts, request));
    });
  }

  extend(receipts: readonly Receipt[], lease: Ms): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
    return this.calls.answer(() => extendLeases(this.parts, receipts, lease));
  }

  record(notes: readonly RunNote[]): Promise<Verdict[]> {
    const inLedger = notes.map((note) => ({ ...note, receipt: Hold.of(note.receipt).job.receipt }));
    return this.calls.answer(() => this.parts.ledger.record(inLedger));
  }

  signal(job: JobRef, name: string, value: SignalValue): Promise<void> {
    return this.calls.answer(() => {
      this.refusals.need('signals');
      return this.parts.ledger.signal(job, name, value);
    });
  }

  forward(): Promise<Forward> {
    return this.calls.answer(async () => {
      this.refusals.need('ledger');
      return { jobs: [] };
    });
  }

  recover(): Promise<Recovery> {
    return this.calls.answer(() => this.burying(this.parts.ledger.recover()));
  }

  subscribe(
    queue: string,
    { demand }: { readonly demand: number },
    onAvailable: () => void,
  ): BackendSubscription {
    const { pump, broker } = this.parts;
    pump.serve(queue);
    const subscription = broker.intake.subscribe(queue, demand, onAvailable);
    let isOpen = true;
    return {
      setDemand: (next) => subscription.setDemand(next),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        subscription.close();
        pump.leave(queue);
      },
    };
  }

  get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return this.calls.answer(async () => {
      const records = await this.parts.ledger.get(jobs);
      return records.map((record) => record && this.shown(record));
    });
  }

  find(query: JobQuery): Promise<Page<JobRecord>> {
    return this.calls.answer(async () => {
      const page = await this.parts.ledger.find(query);
      return { ...page, items: page.items.map((record) => this.shown(record)) };
    });
  }

  inspect(queues: readonly string[]): Promise<QueueStatus[]> {
    return this.calls.answer(() => this.parts.ledger.inspect(queues));
  }

  cancel(jobs: readonly JobRef[], reason: string): Promise<CancelVerdict[]> {
    return this.calls.answer(() => {
      this.refusals.need('cancel');
      return this.parts.ledger.cancel(jobs, reason);
    });
  }

  remove(jobs: readonly JobRef[]): Promise<number> {
    return this.calls.answer(() => removeJobs(this.parts, jobs));
  }

  clear(queue: string, states: readonly JobState[]): Promise<number> {
    return this.calls.answer(() => clearJobs(this.parts, queue, states));
  }

  pause(queue: string): Promise<void> {
    return this.calls.answer(() => {
      this.refusals.need('pause');
      return this.parts.ledger.pause(queue);
    });
  }

  resume(queue: string): Promise<void> {
    return this.calls.answer(() => {
      this.refusals.need('pause');
      return this.parts.ledger.resume(queue);
    });
  }

  retryDead(
    jobs: readonly JobRef[],
    patch?: Parameters<QueueBackend['retryDead']>[1],
  ): Promise<RetryVerdict[]> {
    return this.calls.answer(async () => {
      const verdicts = await this.parts.ledger.retryDead(jobs, patch);
      const retried = jobs.filter((_, place) => verdicts[place] === 'retried');
      if (retried.length > 0) this.calls.inBackground(this.parts.dead.drop(retried));
      return verdicts;
    });
  }

  /** That a ledger keeps it for the broker's sake is nobody's business above. */
  private shown(record: JobRecord): JobRecord {
    const { external: _, ...shown } = this.parts.loose?.complete(record) ?? record;
    return shown;
  }

  private async burying<T extends Pick<Claim, 'ended'>>(answer: Promise<T>): Promise<T> {
    const { ended } = await answer;
    if (ended !== undefined && ended.length > 0) this.calls.inBackground(buryEnded(this.parts, ended));
    return answer;
  }
}
