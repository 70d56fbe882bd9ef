import { createHash } from 'node:crypto';
import { type Clock, JOB_STATES, type Ms, type QueueStatus, type TaskBackend } from '../contract/index.js';
import { knowsAges, Leadership, within } from '../state/index.js';
import type { PromSample } from './prom-client.js';

export interface GaugedBackend {
  /** Of its entry. */
  readonly name: string;
  readonly backend: TaskBackend;
  /** All that the app declares on it. */
  readonly queues: () => readonly string[];
}

export interface QueueGaugeOptions {
  /** Unique among all processes. */
  readonly owner: string;
  /** How long a backend may take to answer. */
  readonly timeout: Ms;
  readonly lease: Ms;
  /** How long a process that nobody scrapes goes on leading. */
  readonly idleAfter: Ms;
  readonly clock: Clock;
}

/** What one scrape found on a backend. */
interface Look {
  readonly isUp: boolean;
  readonly leads: boolean;
  readonly statuses: readonly (readonly [string, QueueStatus])[];
  readonly at: number;
}

/**
 * The queues of one backend, as all processes share them. One of them exports each queue: every process that did would be a series of its own,
 * and sums would count each job as often as there are processes.
 */
export class QueueGauges {
  private leadership: Leadership | undefined;
  private looking: Promise<Look> | undefined;

  constructor(
    private readonly gauged: GaugedBackend,
    private readonly options: QueueGaugeOptions,
  ) {}

  async up(): Promise<PromSample> {
    const { isUp } = await this.look();
    return { labels: { backend: this.gauged.name }, value: Number(isUp) };
  }

  async leads(): Promise<PromSample> {
    const { leads } = await this.look();
    return { labels: { backend: this.gauged.name }, value: Number(leads) };
  }

  async jobs(): Promise<PromSample[]> {
    const { statuses } = await this.look();
    return statuses.flatMap(([queue, { counts }]) =>
      JOB_STATES.map((state) => ({ labels: { queue, state }, value: counts[state] })),
    );
  }

  async oldest(): Promise<PromSample[]> {
    // 0 would say that no job waits.
    if (!knowsAges(this.gauged.backend.queue.capabilities)) return [];
    const { statuses, at } = await this.look();
    return statuses.map(([queue, { readySince }]) => ({
      labels: { queue },
      value: readySince === undefined ? 0 : Math.max(0, at - readySince) / 1_000,
    }));
  }

  async paused(): Promise<PromSample[]> {
    const { statuses } = await this.look();
    return statuses.map(([queue, { isPaused }]) => ({ labels: { queue }, value: Number(isPaused) }));
  }

  async stop(): Promise<void> {
    await this.leadership?.stop();
  }

  /** All metrics of one scrape share one look. */
  private look(): Promise<Look> {
    this.looking ??= this.ask().finally(() => setImmediate(() => (this.looking = undefined)));
    return this.looking;
  }

  private async ask(): Promise<Look> {
    const { timeout, clock } = this.options;
    const { queue } = this.gauged.backend;
    const queues = this.gauged.queues();
    const leads = (await within(this.isLeading(queues), timeout, clock)) === true;
    if (!leads) return { isUp: await this.answers(), leads, statuses: [], at: clock.now() };
    const found = await within(queue.inspect(queues), timeout, clock);
    const statuses = (found ?? []).map((status, place) => [queues[place] as string, status] as const);
    return { isUp: found !== undefined || (await this.answers()), leads, statuses, at: clock.now() };
  }

  /** One of those that declare the same queues does: another would never export what it does not know. */
  private async isLeading(queues: readonly string[]): Promise<boolean> {
    const { backend } = this.gauged;
    // Where nobody else sees the queues, nobody else can export them.
    if (backend.queue.capabilities.records === 'process') return true;
    const { owner, lease, idleAfter, clock } = this.options;
    this.leadership ??= new Leadership({
      state: backend.state,
      name: `metrics:${digestOf(queues)}`,
      owner,
      ttl: lease,
      idleAfter,
      clock,
    });
    return this.leadership.isHeld();
  }

  private async answers(): Promise<boolean> {
    const { timeout, clock } = this.options;
    return (await within(this.gauged.backend.queue.ping(), timeout, clock)) !== undefined;
  }
}

const digestOf = (queues: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(queues.toSorted())).digest('base64url').slice(0, 16);
