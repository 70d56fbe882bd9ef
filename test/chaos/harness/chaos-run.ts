import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { JobRecord, WorkerOptions } from 'nestjs-tasks';
import { Random } from '../../../lib/testing/random.js';
import { temporaryFolder } from '../../servers/child-server.mjs';
import { Journal } from '../processes/journal.js';
import type { ChildSettings, JobKind, QueueLimits } from '../processes/settings.js';
import { type BrokerKind, type ChaosBroker, rateOf } from './broker.js';
import { check, lineOf, type Report } from './check.js';
import type { Fault } from './fault.js';
import { Observer } from './final-state.js';
import { Fleet, type MemberSettings } from './fleet.js';
import { flowing } from './flow.js';
import { History } from './history.js';

const COMMAND_TIMEOUT_MS = 1_500;
const QUIET_BOUND_MS = 90_000;
/** Jobs a second that each worker enqueues by itself, one at a time: what it enqueues may be claimed in the same call. */
const OWN_RATE = 20;
/** Of jobs that a fault waits for: on a slow machine the others stand in line. */
const AHEAD_OF_ALL = 20;
/** A supervised fleet on a small machine. */
const WORKER: WorkerOptions = {
  workerCount: 2,
  maxConcurrentTasks: 10,
  lease: 3_000,
  shutdownTimeout: 5_000,
};
const MIX: ChildSettings['mix'] = { slow: 3, flaky: 2, later: 2, twin: 2 };

export interface RunOptions {
  readonly kind: BrokerKind;
  readonly seed: number;
  readonly isDurable?: boolean | undefined;
  /** Default 3. */
  readonly workers?: number | undefined;
  /** Default 2. */
  readonly producers?: number | undefined;
  /** Jobs a second, of all producers. Default: what the kind says, or `TASKS_CHAOS_RATE`. */
  readonly rate?: number | undefined;
  readonly mix?: ChildSettings['mix'] | undefined;
  /** Of the queue. Default: none. */
  readonly limits?: QueueLimits | undefined;
  readonly worker?: WorkerOptions | undefined;
  /** How long a call of the backend waits, in ms. Default 1,500. */
  readonly commandTimeout?: number | undefined;
  /** More of the backend's options. */
  readonly backend?: Readonly<Record<string, unknown>> | undefined;
  /** How far the wall clocks of the workers, then of the producers, are ahead, in ms. Default 0. */
  readonly skews?: readonly number[] | undefined;
}

export interface FaultNote {
  readonly name: string;
  readonly proof: string;
  readonly flow: number;
}

/** A broker, processes that enqueue and processes that run jobs, and what happens to them. */
export class ChaosRun {
  readonly faults: FaultNote[] = [];
  readonly random: Random;
  private readonly folder = temporaryFolder('chaos');
  private readonly journal = new Journal(join(this.folder.path, 'parent.log'));
  private watching: Observer | undefined;
  private jobs = 0;
  private readonly unheld: string[] = [];
  private readonly poisons = new Set<string>();
  /** What the processes have written down; there once it is finished. */
  history = new History();
  readonly fleet: Fleet;

  private constructor(
    readonly broker: ChaosBroker,
    readonly options: RunOptions,
  ) {
    this.random = new Random(options.seed);
    this.fleet = new Fleet(this.folder.path, options.seed);
  }

  /** Starts everything. Jobs flow when it resolves. */
  static async start(options: RunOptions): Promise<ChaosRun> {
    const { kind, isDurable, commandTimeout = COMMAND_TIMEOUT_MS, backend } = options;
    const broker = await kind.start({ isDurable, commandTimeout, backend });
    const run = new ChaosRun(broker, options);
    try {
      // All at one moment, on a server that nobody has used.
      [run.watching] = await Promise.all([Observer.open(broker, options.limits), run.staff()]);
      return run;
    } catch (error) {
      await run.dispose();
      throw error;
    }
  }

  get observer(): Observer {
    if (this.watching === undefined) throw new Error('The run has not begun.');
    return this.watching;
  }

  get memberSettings(): MemberSettings {
    const { worker, producers = 2, mix = MIX, limits } = this.options;
    return {
      backends: this.broker.backends(),
      worker: { ...WORKER, ...worker },
      rate: producers === 0 ? 0 : this.rate / producers,
      mix,
      limits,
      skew: 0,
    };
  }

  /** Jobs a second, of all producers. */
  get rate(): number {
    return this.options.rate ?? rateOf(this.options.kind);
  }

  get lease(): number {
    return this.memberSettings.worker.lease as number;
  }

  get commandTimeout(): number {
    return this.options.commandTimeout ?? COMMAND_TIMEOUT_MS;
  }

  /** Waits until jobs flow, and lets it happen. */
  async fire(fault: Fault): Promise<void> {
    const { kind } = this.options;
    const reason = fault.absent?.[kind.name];
    if (reason !== undefined) throw new Error(`${fault.name} is not on ${kind.name}: ${reason}.`);
    await this.fleet.settled();
    const { accepted, done } = await flowing(this.fleet, this.rate);
    this.unheld.push(...(await this.broker.held()).unheld);
    const proof = await fault.fire(this);
    this.faults.push({ name: fault.name, proof, flow: Math.round(Math.min(accepted, done)) });
  }

  /** Ends the load, waits until every job is finished, ends the workers, and checks. */
  async finish(): Promise<Report> {
    await this.fleet.settled();
    await this.fleet.stop('producer');
    await this.fleet.rest();
    await this.observer.quiet(QUIET_BOUND_MS).catch(async (error: Error) => {
      const left = await this.broker.leftovers();
      throw new Error(`${error.message} Left: ${left.join(', ')}.${this.fleet.said}`, { cause: error });
    });
    const exits = await this.fleet.stop('worker');
    this.history = History.read(this.fleet.journals);
    const state = await this.observer.read(this.unheld);
    const report = check(this.history, state, this.options.limits);
    const uneasy = exits
      .filter(({ code }) => code !== 0)
      .map(({ code, signal }) => `a worker ended with ${code ?? signal}`);
    const crashes = this.fleet.deaths
      .filter(({ signal }) => signal !== 'SIGKILL' && signal !== 'SIGTERM')
      .map(({ name, code, signal, output }) => `${name} ended by itself (${code ?? signal}): ${output}`);
    return { ...report, problems: [...report.problems, ...uneasy, ...crashes] };
  }

  /** Enqueues one job of a kind from here, and waits until it is finished. */
  async job(kind: JobKind, ms = 0): Promise<JobRecord> {
    return this.observer.finished(await this.enqueue(kind, ms));
  }

  /** Enqueues one job of a kind from here. @param isCounted Whether it is lost when it does not end @returns its id */
  async enqueue(kind: JobKind, ms = 0, { isCounted = true } = {}): Promise<string> {
    const number = this.jobs++;
    const call = `parent/${number}`;
    if (kind === 'poison') this.poisons.add(call);
    this.journal.write('try', { call });
    const payload = { producer: 'parent', number, kind, ms };
    const options = { priority: AHEAD_OF_ALL, ...(kind === 'later' && { delay: ms }) };
    const { id } = await this.observer.queue.enqueue('work', payload, options);
    if (isCounted) this.journal.write('ok', { call, id });
    return id;
  }

  /** Whether a call of ours was for a job that kills who runs it. */
  isPoison(call: string): boolean {
    return this.poisons.has(call);
  }

  /** What is printed of a run. */
  summary(report: Report): string {
    const { kind, seed } = this.options;
    return `${kind.name}, seed ${seed}: ${lineOf(report, this.faults.length)}`;
  }

  async dispose(): Promise<void> {
    await this.fleet.dispose();
    await this.watching?.close();
    await this.broker.stop();
    this.folder.dispose();
  }

  sleep(ms: number): Promise<void> {
    return sleep(ms);
  }

  private async staff(): Promise<void> {
    const { workers = 3, producers = 2, skews = [] } = this.options;
    const settings = this.memberSettings;
    const served = { ...settings, rate: OWN_RATE, mix: {} };
    const alone = { ...served, backends: this.broker.backends('apart') };
    await Promise.all([
      ...Array.from({ length: workers }, (_, place) =>
        this.fleet.add('worker', `worker-${place}`, {
          ...(place === 0 ? alone : served),
          skew: skews[place] ?? 0,
        }),
      ),
      ...Array.from({ length: producers }, (_, place) =>
        this.fleet.add('producer', `producer-${place}`, { ...settings, skew: skews[workers + place] ?? 0 }),
      ),
    ]);
  }
}
