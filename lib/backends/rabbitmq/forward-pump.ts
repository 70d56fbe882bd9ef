import {
  type BackendSubscription,
  type Clock,
  type ClockTimer,
  type Forwarded,
  type JobRecord,
  type Ms,
  type QueueBackend,
  systemClock,
} from '../../contract/index.js';
import { ByJob } from './by-job.js';

/** Ready jobs that are published at once. */
const BATCH = 500;
/** What was handed out and not confirmed by then is handed out to somebody else. */
const LEASE: Ms = 15_000;
/** Published jobs are reported to the ledger this late at most, or in so many. */
const REPORT_WITHIN: Ms = 2_000;
const REPORT_AT = 1_000;
/** A ledger that said nothing is asked all the same. */
const POLL: Ms = 5_000;

export interface PumpHooks {
  /** Publishes what has become ready. @returns those that the broker has */
  publish(jobs: readonly JobRecord[]): Promise<readonly JobRecord[]>;
  /** The ledger has news of a queue: what was held back may run now. */
  onNews(queue: string): void;
  warn(message: string): void;
}

/** Brings what becomes ready in the ledger (due, retried, given back, its parents met) to the broker, and reports what has arrived there. */
export class ForwardPump {
  private readonly queues = new Map<string, { count: number; subscription: BackendSubscription }>();
  private readonly reports = new ByJob<Forwarded>();
  private running: Promise<void> | undefined;
  private isAskedAgain = false;
  private timer: ClockTimer | undefined;
  private reportTimer: ClockTimer | undefined;
  private isClosed = false;

  constructor(
    private readonly ledger: QueueBackend,
    private readonly hooks: PumpHooks,
    private readonly clock: Clock = systemClock,
  ) {}

  /** The queues that somebody here serves. */
  get served(): readonly string[] {
    return [...this.queues.keys()];
  }

  serves(queue: string): boolean {
    return this.queues.has(queue);
  }

  serve(queue: string): void {
    const served = this.queues.get(queue);
    if (served !== undefined) return void served.count++;
    const subscription = this.ledger.subscribe(queue, { demand: 1 }, () => {
      this.hooks.onNews(queue);
      this.ask();
    });
    this.queues.set(queue, { count: 1, subscription });
    this.ask();
  }

  leave(queue: string): void {
    const served = this.queues.get(queue);
    if (served === undefined || --served.count > 0) return;
    served.subscription.close();
    this.queues.delete(queue);
  }

  /** The broker has it. */
  report(job: Forwarded): void {
    this.reports.set(job.queue, job.id, job);
    if (this.reports.size >= REPORT_AT) void this.tell();
    else this.reportTimer ??= this.clock.setTimer(REPORT_WITHIN, () => void this.tell());
  }

  /** Claimed: the ledger knows. */
  claimed(queue: string, id: string): void {
    this.reports.delete(queue, id);
  }

  /** Publishes what these queues have ready, for a claim that nobody else does it for. @returns when they could have more */
  async forward(queues: readonly string[]): Promise<Ms | undefined> {
    for (;;) {
      const confirm = this.takeReports();
      const take = queues.map((queue) => ({ queue, limit: BATCH }));
      const { jobs, nextInMs } = await this.ledger.forward({ confirm, take, lease: LEASE });
      if (jobs.length === 0) return nextInMs;
      const arrived = await this.hooks.publish(jobs);
      for (const job of arrived) this.report(job);
      await this.tell();
      if (arrived.length < jobs.length || this.isClosed) return nextInMs;
    }
  }

  ask(): void {
    if (this.isClosed || this.queues.size === 0) return;
    if (this.running !== undefined) this.isAskedAgain = true;
    else this.running = this.run().finally(() => this.rest());
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.timer?.cancel();
    for (const { subscription } of this.queues.values()) subscription.close();
    this.queues.clear();
    await this.running;
    await this.tell();
    this.reportTimer?.cancel();
  }

  private async run(): Promise<void> {
    let wait = POLL;
    try {
      wait = Math.min(POLL, (await this.forward([...this.queues.keys()])) ?? POLL);
    } catch (error) {
      this.hooks.warn(
        `jobs that have become ready could not be published, again in a moment: ${String(error)}`,
      );
      wait = 1_000;
    }
    this.timer?.cancel();
    if (!this.isClosed) this.timer = this.clock.setTimer(Math.max(1, wait), () => this.ask());
  }

  private rest(): void {
    this.running = undefined;
    if (!this.isAskedAgain) return;
    this.isAskedAgain = false;
    this.ask();
  }

  /** Never rejects: what is not reported is handed out again, and what comes twice is dropped. */
  private async tell(): Promise<void> {
    const confirm = this.takeReports();
    if (confirm.length === 0) return;
    await this.ledger.forward({ confirm, lease: LEASE }).catch((error: unknown) => {
      this.hooks.warn(`published jobs could not be reported: ${String(error)}`);
    });
  }

  private takeReports(): Forwarded[] {
    this.reportTimer?.cancel();
    this.reportTimer = undefined;
    const reports = [...this.reports.values()].map(({ queue, id, fence }) => ({ queue, id, fence }));
    this.reports.clear();
    return reports;
  }
}
