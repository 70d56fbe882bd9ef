import type { Clock, Ms, Outcome, Take, TaskBackend } from '../../contract/index.js';
import { RetryLaterError, TasksClosedError } from '../../errors/index.js';
import type { RunEnvironment, RunOwner, RunSink, TaskExecutor, TaskRun } from '../../execution/index.js';
import { CancelWatcher, Outbox, RunTable, type SettledEvents, Verdicts } from '../../worker/index.js';

export interface TestFeederParts {
  /** Backend entry, for messages. */
  readonly name: string;
  readonly executor: TaskExecutor;
  readonly environment: RunEnvironment;
  readonly settled: SettledEvents;
  readonly clock: Clock;
  readonly logger: { warn(message: string): void };
  /** Runs a job that failed again at once, whatever its backoff says. */
  readonly retriesAtOnce: boolean;
  /** Told when the outcome of a run is settled. */
  readonly onSettled: (outcome: Outcome) => void;
}

/** One run of a job. */
export interface TestRun {
  /** Resolves when its outcome is settled; with nothing when its lease was lost. */
  readonly ended: Promise<Outcome | undefined>;
}

/** Longer than any test lets go by: its clock stands still while jobs run, and nobody else could take them over. */
const LEASE: Ms = 100 * 365 * 24 * 3_600_000;
const WORKER: RunOwner = { id: 'test', end: () => undefined, vacate: () => undefined };

/** Runs the jobs of one backend as a worker does, whenever it is told to claim, and settles each at once. */
export class TestFeeder implements RunSink<TaskRun> {
  private readonly inHand = new RunTable();
  private readonly ends = new Map<TaskRun, (outcome: Outcome | undefined) => void>();
  private readonly outbox: Outbox;
  private readonly verdicts: Verdicts;
  private readonly watcher: CancelWatcher;

  constructor(
    private readonly backend: TaskBackend,
    private readonly parts: TestFeederParts,
  ) {
    const { name, clock, logger, settled } = parts;
    const { inHand } = this;
    this.outbox = new Outbox(backend.queue.capabilities.maxDelay);
    this.verdicts = new Verdicts(inHand, settled, logger);
    this.watcher = new CancelWatcher(backend.state, { name, inHand, clock, logger, onGap: () => undefined });
  }

  /** What runs, each as its task and id. */
  get running(): string[] {
    return this.inHand.all().map(({ job }) => `${job.name} (${job.id})`);
  }

  start(): Promise<void> {
    return this.watcher.start();
  }

  /** Gives back what still runs: nobody waits for it any more. */
  async stop(): Promise<void> {
    const reason = new TasksClosedError('The test is over.');
    const left = this.inHand.all().filter((run) => !run.isOver);
    for (const run of left) run.interrupt(reason);
    await this.watcher.stop();
  }

  /** Takes jobs and starts them. */
  async claim(take: readonly Take[]): Promise<{ readonly runs: readonly TestRun[]; readonly nextInMs: Ms }> {
    const claim = await this.backend.queue.claim({ worker: WORKER.id, lease: LEASE, take });
    this.verdicts.conclude({ runs: [], settlements: [] }, claim);
    const { executor, environment } = this.parts;
    const runs = claim.jobs.map((job) => {
      const run = executor.prepare(job, WORKER, environment);
      this.inHand.add(run);
      const ended = new Promise<Outcome | undefined>((resolve) => this.ends.set(run, resolve));
      executor.start(run, environment, this);
      return { ended };
    });
    return { runs, nextInMs: claim.nextInMs ?? Number.POSITIVE_INFINITY };
  }

  settled(run: TaskRun, outcome: Outcome): void {
    const isRetry = outcome.kind === 'retry' && !(run.error instanceof RetryLaterError);
    void this.settle(run, isRetry && this.parts.retriesAtOnce ? { ...outcome, in: 0 } : outcome);
  }

  dropped(run: TaskRun): void {
    run.end();
    this.inHand.remove(run);
    this.tell(run, undefined);
  }

  private async settle(run: TaskRun, outcome: Outcome): Promise<void> {
    this.outbox.put(run, outcome);
    const batch = this.outbox.take();
    try {
      const request = { worker: WORKER.id, lease: LEASE, take: [], settle: batch.settlements };
      this.verdicts.conclude(batch, await this.backend.queue.claim(request));
    } catch (error) {
      this.inHand.remove(run);
      this.parts.logger.warn(`Job ${run.job.id} could not be settled: ${String(error)}`);
    }
    this.tell(run, outcome);
  }

  private tell(run: TaskRun, outcome: Outcome | undefined): void {
    if (outcome !== undefined) this.parts.onSettled(outcome);
    this.ends.get(run)?.(outcome);
    this.ends.delete(run);
  }
}
